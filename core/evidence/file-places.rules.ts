import type { Danger } from './schema.ts'

export interface PlaceRule {
  readonly code: string
  readonly danger: Danger
  readonly message: string
  /** Meets the normalised path in lower case. */
  readonly path: RegExp
}

/** Files that act by being there. The first match speaks. */
export const PLACES: readonly PlaceRule[] = [
  {
    code: 'file.governance',
    danger: 'catastrophic',
    message: 'This file belongs to the governance that checks agents.',
    path: /(?:^|\/)\.writ(?:\/|$)|(?:^|\/)writ\.(?:config\.)?(?:json|toml|ya?ml)$|(?:^|\/)\.writ(?:rc|\.json)$|(?:^|\/)managed-(?:settings|mcp)\.json$|^\/etc\/(?:claude-code|codex|writ)\//,
  },
  {
    code: 'file.agent_control',
    danger: 'high',
    message: 'This file decides what an agent may do or which programs run around it.',
    path: /(?:^|\/)\.claude\/(?:settings[\w.-]*\.json|hooks?\/|plugins\/)|(?:^|\/)(?:\.claude\.json|\.?mcp\.json|mcp_config\.json|claude_desktop_config\.json|opencode\.jsonc?)$|(?:^|\/)\.codex\/(?:config\.toml|hooks?[./]|auth\.json|rules\/|requirements\.toml|plugins\/)|(?:^|\/)\.(?:hermes|openclaw|clawdbot)\/|(?:^|\/)\.(?:cursor|gemini|windsurf|kiro|continue|opencode|qwen)\/(?:settings\.json|hooks?[./]|config\.(?:json|ya?ml)|permissions\.json)/,
  },
  {
    code: 'file.accounts',
    danger: 'catastrophic',
    message: 'This file decides who may log in or become root.',
    path: /^\/etc\/(?:passwd|shadow|gshadow|group|sudoers|sudoers\.d\/.*|pam\.d\/.*|pam\.conf|security\/.*|ld\.so\.preload|nsswitch\.conf|ssh\/sshd_config(?:\.d\/.*)?|polkit-1\/.*|doas\.conf)-?$|\/system32\/config\/(?:sam|system|security)$/,
  },
  {
    code: 'file.kernel',
    danger: 'catastrophic',
    message: 'This writes to the kernel, the boot files or a raw device.',
    path: /^\/(?:boot|efi)(?:\/|$)|^\/(?:dev|sys|proc)\/(?!null$|shm\/|stdout$|stderr$|tty$|fd\/|pts\/|self\/fd\/|zero$)|\/system32\/(?:drivers\/(?!etc\/)|ntoskrnl)/,
  },
  {
    code: 'file.ssh',
    danger: 'high',
    message: 'This file decides who may log in by SSH, or as whom.',
    path: /(?:^|\/)\.ssh\/(?!known_hosts)/,
  },
  {
    code: 'file.scheduled',
    danger: 'high',
    message: 'This file makes a program run by itself, at a time or at start.',
    path: /^\/etc\/(?:cron|anacrontab|rc\.local|init\.d\/|systemd\/|xdg\/autostart\/|udev\/rules\.d\/|update-motd\.d\/|modules-load\.d\/|profile\.d\/|apt\/apt\.conf\.d\/|xinetd)|^\/var\/spool\/(?:cron|at)|\/systemd\/(?:user|system)\/|(?:^|\/)launch(?:agents|daemons)\/|(?:^|\/)\.config\/autostart\/|\/start menu\/programs\/startup\/|\/system32\/tasks\//,
  },
  {
    code: 'file.shell_start',
    danger: 'high',
    message: 'This file runs whenever a shell starts.',
    path: /(?:^|\/)(?:\.(?:bash(?:rc|_profile|_login|_logout|_aliases)|zsh(?:rc|env)|zprofile|zlogin|zlogout|profile|kshrc|cshrc|tcshrc|login|logout|inputrc|xinitrc|xprofile|xsession|pam_environment))$|(?:^|\/)\.config\/fish\/|^\/etc\/(?:profile|bash\.bashrc|bashrc|zsh\/.*|zshrc|zprofile|environment|csh\..*)$|\/(?:windows)?powershell\/(?:[\w.]+_)?profile\.ps1$|profile\.ps1$/,
  },
  {
    code: 'file.git_hook',
    danger: 'high',
    message: 'Git runs this file by itself.',
    path: /(?:^|\/)\.git\/(?:hooks\/(?!.*\.sample$)|config(?:\.worktree)?$|modules\/.*\/hooks\/)|(?:^|\/)\.githooks\/|^~\/\.(?:gitconfig|config\/git\/)|^\/etc\/gitconfig$/,
  },
  {
    code: 'file.git_internal',
    danger: 'high',
    message: 'This file is git’s own record of the history.',
    path: /(?:^|\/)\.git\/(?:head|refs\/|packed-refs|objects\/|logs\/|index)/,
  },
  {
    code: 'file.startup_code',
    danger: 'high',
    message: 'Every start of the interpreter runs this file.',
    path: /(?:^|\/)(?:sitecustomize|usercustomize)\.py$|site-packages\/[^/]+\.pth$|(?:^|\/)\.pythonrc(?:\.py)?$|(?:^|\/)\.(?:irbrc|pryrc|rprofile|psqlrc|sqliterc|gdbinit|lldbinit|node_repl_history)$/,
  },
  {
    code: 'file.credentials',
    danger: 'high',
    message: 'This file holds credentials that open other systems.',
    path: /(?:^|\/)\.(?:aws|gnupg|kube|azure|oci|vault|password-store)(?:\/|$)|(?:^|\/)\.config\/(?:gcloud|gh|op|hub)\/|(?:^|\/)\.docker\/config\.json$|^~\/\.(?:npmrc|pypirc|yarnrc(?:\.yml)?|gem\/credentials|cargo\/credentials(?:\.toml)?|config\/pip\/pip\.conf|pip\/pip\.conf)$|(?:^|\/)(?:\.netrc|_netrc|\.pgpass|\.git-credentials|\.my\.cnf|\.htpasswd|\.vault-token|\.dockercfg|kubeconfig|application_default_credentials\.json|wallet\.dat)$|(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$|\.(?:pem|p12|pfx|jks|keystore|kdbx|ppk|tfstate)(?:\.backup)?$|(?:^|\/)service[-_]?account[\w-]*\.json$/,
  },
  {
    code: 'file.name_resolution',
    danger: 'high',
    message: 'This file decides where host names lead.',
    path: /^\/etc\/(?:hosts|resolv\.conf|nsswitch\.conf|hosts\.(?:allow|deny))$|\/drivers\/etc\/hosts$/,
  },
  {
    code: 'file.trust',
    danger: 'high',
    message: 'This file decides which certificates the machine trusts.',
    path: /^\/(?:usr\/local\/share\/ca-certificates|usr\/share\/ca-certificates|etc\/ssl|etc\/pki|etc\/ca-certificates)(?:\/|\.conf$)/,
  },
  {
    code: 'file.log',
    danger: 'high',
    message: 'This is a log or a history that others rely on.',
    path: /^\/var\/log\/|(?:^|\/)\.(?:bash|zsh|python|psql|mysql|node_repl)_?history$/,
  },
  {
    code: 'file.env',
    danger: 'elevated',
    message: 'This file usually holds secrets of an application.',
    path: /(?:^|\/)(?:\.env(?:rc)?(?:\.(?!example$|sample$|template$|dist$)[\w.-]+)?|\.npmrc|\.pypirc|\.yarnrc(?:\.yml)?|secrets?\.(?:json|ya?ml|toml))$/,
  },
  {
    code: 'file.lock',
    danger: 'elevated',
    message: 'A lock file decides which code is installed; package managers write it, hands seldom do.',
    path: /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|cargo\.lock|poetry\.lock|uv\.lock|pipfile\.lock|composer\.lock|gemfile\.lock|go\.sum|flake\.lock|\.terraform\.lock\.hcl)$/,
  },
  {
    code: 'file.agent_words',
    danger: 'elevated',
    message: 'Agents read this file as instructions.',
    path: /(?:^|\/)\.(?:claude|cursor|codex|gemini)\/(?:agents|commands|skills|rules|prompts)\//,
  },
  {
    code: 'file.repo_hook',
    danger: 'elevated',
    message: 'This file makes a program run when the repository is used.',
    path: /(?:^|\/)\.husky\/|(?:^|\/)(?:lefthook\.ya?ml|\.pre-commit-config\.ya?ml|\.gitmodules)$|(?:^|\/)\.vscode\/(?:tasks|launch)\.json$|(?:^|\/)\.devcontainer\//,
  },
]
