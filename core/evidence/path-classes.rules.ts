/** Tables behind `classifyPath`. All patterns meet a normalised, lower-cased path; `(?:^|\/)` keeps segment borders. */

const SYSTEM_NAMES = `bin boot dev etc home lib lib32 lib64 media mnt opt proc root run sbin srv sys usr var users
  system library applications volumes private cores windows programdata nix snap efi`
/** Names directly below the root whose loss is the machine's loss. */
export const SYSTEM_TOP = new Set([...SYSTEM_NAMES.split(/\s+/), 'program files', 'program files (x86)'])

export const SYSTEM_BELOW =
  /^\/(?:bin|boot|etc|lib|lib32|lib64|libx32|proc|run|sbin|sys|usr|var|opt|srv|system|library|applications|windows|program files(?: \(x86\))?|programdata|nix|snap|efi)\//

export const HARMLESS_DEVICE = /^\/dev\/(?:null|stdin|stdout|stderr|tty|zero|u?random|full|fd\/\d+|pts\/\d+)$/
export const DEVICE = /^\/dev\/|^\/sys\/block\/|^\/proc\/(?:sysrq-trigger|kcore|mem)$|^\/\/\.\/physicaldrive\d/

/** Whatever decides what agents may do: hosts' settings and hooks, and Writ's own files. */
export const CONTROL_PLANE: readonly RegExp[] = [
  /(?:^|\/)\.claude\/(?:settings(?:\.[\w-]+)?\.json|hooks?(?:\/|$)|plugins(?:\/|$)|agents(?:\/|$)|commands(?:\/|$)|skills(?:\/|$)|managed-[\w.-]+$)/,
  /(?:^|\/)(?:\.claude\.json|\.mcp\.json|mcp\.json|managed-settings\.json|managed-mcp\.json|claude_desktop_config\.json)$/,
  /(?:^|\/)\.codex\/(?:config\.toml|hooks?(?:\.json|\/|$)|auth\.json|rules(?:\/|$)|requirements\.toml|plugins(?:\/|$))/,
  /(?:^|\/)\.(?:writ|hermes|openclaw|clawdbot)(?:\/|$)/,
  /(?:^|\/)writ\.(?:config\.)?(?:json|toml|ya?ml)$|(?:^|\/)\.writ(?:rc|\.json)$/,
  /(?:^|\/)\.(?:cursor|gemini|windsurf|kiro|continue|opencode|qwen)\/(?:mcp\.json|mcp_config\.json|settings\.json|hooks?(?:\.json|\/|$)|config\.(?:json|ya?ml)|permissions\.json|rules(?:\/|$))/,
  /(?:^|\/)(?:opencode\.jsonc?|\.cursorrules|\.windsurfrules)$/,
  /(?:^|\/)\.vscode\/mcp\.json$|^\/etc\/(?:claude-code|codex|writ)(?:\/|$)/,
]

const SECRET_BASENAME =
  /^(?:\.env(?:rc)?(?:\.[\w.-]+)?|.+\.env|.*\.(?:pem|p12|pfx|key|jks|keystore|kdbx|ppk|gpg|asc|ovpn|tfstate|tfvars)|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.git-credentials|\.htpasswd|\.vault-token|\.npmrc|\.pypirc|\.dockercfg|credentials(?:\.json|\.ya?ml|\.db)?|secrets?\.(?:json|ya?ml|toml|env|txt)|service[-_]?account[\w-]*\.json|application_default_credentials\.json|client_secret[\w.-]*\.json|kubeconfig|authorized_keys2?|login data|cookies(?:\.sqlite)?|logins\.json|key[34]\.db|\.(?:bash|zsh|python|psql|mysql|node_repl)_history|wallet\.dat|shadow-?|gshadow-?|sudoers|master\.passwd|sam|ntds\.dit)$/
const SECRET_TEMPLATE =
  /\.(?:example|sample|template|dist|tpl|tmpl|test|defaults?|schema)$|\.pub$|(?:^|[._-])(?:example|sample)\.[\w.]+$/

/** `.env.example` and public keys are meant to be shared. */
export function isSecretName(basename: string): boolean {
  return SECRET_BASENAME.test(basename) && !SECRET_TEMPLATE.test(basename)
}

export const SECRET_FOLDER =
  /(?:^|\/)\.(?:ssh|gnupg|aws|azure|kube|password-store|vault|oci|config\/(?:gcloud|gh|op|sops|hub)|docker\/config\.json|local\/share\/keyrings|terraform\.d\/credentials)(?:\/|\.|$)|^\/etc\/(?:ssl\/private|sudoers\.d|ssh\/ssh_host_)|^\/(?:var\/)?run\/secrets(?:\/|$)|^\/proc\/(?:self|\d+)\/environ$|(?:^|\/)library\/keychains(?:\/|$)|(?:^|\/)secrets?(?:\/|$)/
/** In a source tree a `secrets` folder of code is a module, not a vault. */
export const SECRET_FOLDER_CODE =
  /(?:^|\/)secrets?\/[^/]*(?:\/[^/]*)*\.(?:[cm]?[jt]sx?|py|go|rs|java|rb|php|cs|md|html|css|vue|svelte)$/
export const SECRET_FOLDER_PUBLIC = /(?:^|\/)\.ssh\/(?:known_hosts(?:\.old)?|[\w.-]+\.pub)$/

export const CI_DEPLOY: readonly RegExp[] = [
  /(?:^|\/)\.(?:github\/(?:workflows|actions)|circleci|buildkite|gitea\/workflows|forgejo\/workflows|woodpecker|drone|teamcity|tekton|argocd|helm|ci)(?:\/|$)/,
  /(?:^|\/)(?:\.gitlab-ci\.ya?ml|\.travis\.ya?ml|\.drone\.ya?ml|\.woodpecker\.ya?ml|appveyor\.ya?ml|azure-pipelines[\w.-]*\.ya?ml|bitbucket-pipelines\.ya?ml|cloudbuild\.ya?ml|buildspec\.ya?ml|appspec\.ya?ml|jenkinsfile[\w.-]*|codemagic\.ya?ml|render\.ya?ml|app\.yaml|cron\.yaml)$/,
  /(?:^|\/)(?:dockerfile(?:\.[\w.-]+)?|[\w.-]+\.dockerfile|containerfile|(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml|procfile|vercel\.json|netlify\.toml|fly\.toml|railway\.(?:json|toml)|wrangler\.(?:toml|jsonc?)|serverless\.ya?ml|samconfig\.toml|skaffold\.ya?ml|kustomization\.ya?ml|helmfile\.ya?ml|chart\.yaml|firebase\.json|now\.json|pulumi(?:\.[\w-]+)?\.ya?ml|cdk\.json|ansible\.cfg|vagrantfile|codeowners)$/,
  /(?:^|\/)[^/]+\.(?:tf|hcl|bicep|nomad)$/,
  /(?:^|\/)(?:k8s|kubernetes|helm|charts|terraform|manifests|deploy(?:ment)?s?)\/(?:[^/]+\/)*[^/]+\.(?:ya?ml|json|tpl|sh)$/,
]

export const VCS = /(?:^|\/)\.(?:git|hg|svn|jj|bzr)(?:\/|$)/
/** A build or a package manager writes these again. */
export const REGENERABLE =
  /(?:^|\/)(?:node_modules|\.next|\.nuxt|\.output|\.svelte-kit|\.turbo|\.cache|\.parcel-cache|\.vite|\.angular|\.expo|dist|build|out|coverage|\.nyc_output|__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.tox|\.nox|\.eggs|[\w.-]+\.egg-info|target|\.gradle|storybook-static|playwright-report|test-results|\.docusaurus|\.serverless|\.terraform|cmake-build-[\w-]+|bin\/debug|bin\/release|obj|deriveddata|\.dart_tool|\.venv|venv|\.wrangler|\.vercel\/output|htmlcov|cypress\/(?:screenshots|videos|downloads)|_cacache|_npx|library\/caches|vendor\/bundle|go\/pkg\/mod|\.hypothesis|\.sass-cache|\.eslintcache|\.stylelintcache|tsconfig\.tsbuildinfo|\.coverage|\.ipynb_checkpoints|_build)(?:\/|$)|\.(?:tsbuildinfo|pyc|pyo|o|class)$/
/** What package managers fetched and will fetch again, though it lies in a system folder. */
export const PACKAGE_CACHE = /^\/var\/(?:lib\/apt\/lists|cache\/(?:apt|dnf|yum|apk|zypp|pacman\/pkg|man))(?:\/|$)/
export const TEMP = /^\/(?:tmp|var\/tmp|dev\/shm|var\/folders|windows\/temp)(?:\/|$)/
