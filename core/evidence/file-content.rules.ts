import type { Danger } from './schema.ts'

/** Something that text does wherever it is run. Patterns are linear: no nested repetition. */
export interface ContentRule {
  readonly code: string
  readonly danger: Danger
  readonly message: string
  readonly content: RegExp
  /** Lower-cased normalised paths the rule is about; all executable text when absent. */
  readonly path?: RegExp
}

/** Prose quotes commands without running them. */
export const PROSE = /\.(?:md|mdx|markdown|rst|txt|adoc|org|html?|csv|log|svg|snap)$/
/** Tests and fixtures name dangerous commands to check that they are refused. */
export const FIXTURE =
  /(?:\.(?:test|spec)\.[cm]?[jt]sx?$|(?:^|\/)(?:__tests__|__mocks__|fixtures?|corpus|testdata)\/|_test\.(?:go|py)$|(?:^|\/)test_[\w-]+\.py$)/
export const SHELL_SCRIPT =
  /\.(?:sh|bash|zsh|ksh|fish|command)$|(?:^|\/)(?:\.git\/hooks|\.husky|cron\.(?:daily|hourly|weekly|monthly))\/[^/]+$/

const FETCH = String.raw`\b(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod)\b[^|;&\n]{0,300}`

export const CONTENT_RULES: readonly ContentRule[] = [
  {
    code: 'file.remote_code',
    danger: 'high',
    message: 'The text downloads code and runs it at once.',
    content: new RegExp(
      `${FETCH}\\|\\s*(?:sudo\\s+)?(?:ba|z|da|k)?sh\\b|${FETCH}\\|\\s*(?:sudo\\s+)?(?:python3?|node|perl|ruby|iex)\\b|\\beval\\s+"?\\$\\(\\s*(?:curl|wget)\\b|\\b(?:ba|z)?sh\\s+(?:-c\\s+"?\\$|<)\\(\\s*(?:curl|wget)\\b|\\biex\\s*\\(`,
      'i',
    ),
  },
  {
    code: 'file.reverse_shell',
    danger: 'catastrophic',
    message: 'The text opens a shell for another machine.',
    content:
      /\/dev\/(?:tcp|udp)\/[\w.$-]+\/[\d$]|\bnc(?:at)?\b[^\n|;]{0,80}\s-[a-z]*e\s+\/?\S{0,20}sh\b|socket\.socket\([^\n]{0,200}dup2|\bbash -i\b[^\n]{0,40}>&/i,
  },
  {
    code: 'file.decoded_code',
    danger: 'high',
    message: 'The text decodes hidden code and runs it.',
    content:
      /base64\s+(?:-d|-D|--decode)\b[^\n|]{0,100}\|\s*(?:ba|z)?sh\b|\b(?:eval|exec)\s*\(\s*(?:base64\.b64decode|atob|gzinflate|base64_decode|Buffer\.from|zlib\.decompress|bytes\.fromhex|codecs\.decode|compile\()/,
  },
  {
    code: 'file.wipe',
    danger: 'high',
    message: 'The text deletes a home folder or the whole system when it runs.',
    content:
      /\brm\s+(?:-[a-z-]+\s+){1,4}(?:--\s+)?["']?(?:\/(?:\*|["'\s;]|$)|~\/?(?:["'\s;*]|$)|\$HOME\b|\$\{HOME\}|\/(?:etc|usr|var(?!\/(?:lib\/apt\/lists|cache|tmp)\/)|home|boot|lib)(?:["'\s;/*]|$))|(?:rmtree|rm_rf|rm_r|rmSync|rmdirSync|removeSync|remove_tree|RemoveAll|remove_dir_all)\(\s*["'](?:\/(?:etc|usr|var|home|root|boot|lib)?|~)\/?["']|mkfs(?:\.\w+)?\s+\/dev\/|\bdd\b[^\n]{0,80}of=\/dev\/[a-z]/m,
  },
  {
    code: 'file.web_shell',
    danger: 'high',
    message: 'The page runs whatever a visitor sends.',
    content:
      /\b(?:eval|assert|system|exec|shell_exec|passthru|popen)\s*\(\s*(?:base64_decode\s*\(\s*)?\$_(?:GET|POST|REQUEST|COOKIE)\b|getRuntime\(\)\.exec\(\s*request\.getParameter/,
  },
  {
    code: 'file.secret_sent_out',
    danger: 'high',
    message: 'The text sends secrets to another machine.',
    content:
      /\b(?:curl|wget|nc)\b[^\n]{0,300}(?:\$\{\{\s*(?:secrets\.(?!github_token\b)|toJSON\(secrets)|@?~?[\w./-]*(?:\.ssh\/id_|\.aws\/credentials|\/etc\/shadow)|-d\s+"?\$\((?:env|printenv)\b|(?:--data(?:-binary|-raw)?|-d|-F|-T)\s+\S{0,20}@?\.env\b)|\b(?:env|printenv)\b\s*\|\s*(?:base64[^\n|]{0,20}\|\s*)?(?:curl|nc)\b|toJSON\(secrets\)/i,
  },
  {
    code: 'file.install_script',
    danger: 'high',
    message: 'Installing the package would run a downloaded or hidden program.',
    path: /(?:^|\/)package\.json$/,
    content:
      /"(?:pre|post)?(?:install|prepare)"\s*:\s*"[^"\n]{0,300}(?:curl|wget|\bnode\s+-e|\bnc\b|base64|powershell|https?:\/\/)/i,
  },
  {
    code: 'file.ci_trust',
    danger: 'high',
    message: 'The pipeline would run a stranger’s code with write access or secrets.',
    path: /(?:^|\/)\.github\/workflows\/|\.gitlab-ci\.ya?ml$|jenkinsfile/,
    content:
      /pull_request_target[\s\S]{0,2000}(?:head\.(?:sha|ref)|head_ref)|permissions:\s*write-all|issue_comment[\s\S]{0,1500}run:[\s\S]{0,300}github\.event\.comment\.body|run:\s*\|?[^\n]{0,20}\n?[^\n]{0,200}\$\{\{\s*github\.event\.(?:issue|pull_request|comment|head_commit)\.(?:title|body|message|head\.ref)/,
  },
  {
    code: 'file.privileged_container',
    danger: 'high',
    message: 'The container would own the machine it runs on.',
    path: /(?:^|\/)(?:(?:docker-)?compose[\w.-]*\.ya?ml|[^/]+\.ya?ml)$/,
    content:
      /privileged:\s*true|\/var\/run\/docker\.sock\s*:\s*\/var\/run\/docker\.sock|hostPath:\s*\n?\s*path:\s*\/\s*$|^\s*-\s*["']?\/:\/|hostPID:\s*true|pid:\s*["']?host\b/m,
  },
  {
    code: 'file.open_cloud',
    danger: 'high',
    message: 'The definition opens cloud resources to everyone or gives all rights.',
    path: /\.(?:tf|hcl|bicep|ya?ml|json)$/,
    content:
      /"?Action"?\s*[:=]\s*\[?\s*"\*"[\s\S]{0,200}"?Resource"?\s*[:=]\s*\[?\s*"\*"|acl\s*=\s*"public-read-write"|cidr_blocks\s*=\s*\[\s*"0\.0\.0\.0\/0"\s*\][\s\S]{0,20}|cluster-admin|(?:prevent_destroy|deletion_protection)\s*=\s*false|skip_final_snapshot\s*=\s*true/i,
  },
  {
    code: 'file.git_runs_program',
    danger: 'high',
    message: 'Git would run a program named in its configuration.',
    path: /(?:^|\/)(?:\.git\/config|\.gitconfig|\.config\/git\/config|\.gitattributes|\.gitmodules)$/,
    content:
      /\b(?:fsmonitor|hooksPath|sshCommand|editor|pager|askPass|helper)\s*=|^\s*(?:clean|smudge|textconv|process)\s*=|update\s*=\s*!|\binsteadOf\s*=/im,
  },
  {
    code: 'file.editor_runs_program',
    danger: 'high',
    message: 'Opening the folder would run a program.',
    path: /(?:^|\/)\.vscode\/(?:tasks|settings|launch)\.json$|\.code-workspace$|(?:^|\/)\.devcontainer\/|devcontainer\.json$/,
    content:
      /"runOn"\s*:\s*"folderOpen"|"task\.allowAutomaticTasks"\s*:\s*"?(?:on|true)|"security\.workspace\.trust\.enabled"\s*:\s*false|"chat\.tools\.(?:global\.)?autoApprove"\s*:\s*true|"initializeCommand"\s*:/,
  },
]

const PACKAGE_SOURCES =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock|pipfile(?:\.lock)?|cargo\.lock|composer\.lock|gemfile(?:\.lock)?|\.npmrc|\.yarnrc(?:\.yml)?|pip\.conf|requirements[\w.-]*\.txt)$/
const SOURCE_URL =
  /(?:"resolved":\s*"|resolved\s+"|tarball:\s*|registry\s*=\s*"?|npmregistryserver:\s*"?|index-url[ =]\s*|source = "(?:registry|git)\+|"url":\s*"|^source\s+["'])(?:git\+)?([a-z+]+):\/\/([^/\s"'@]+@)?([^/\s"':]+)/gim
const PUBLIC_SOURCES = new Set(
  `registry.npmjs.org registry.yarnpkg.com npm.pkg.github.com codeload.github.com pypi.org files.pythonhosted.org
  download.pytorch.org index.crates.io github.com api.github.com rubygems.org repo.packagist.org static.crates.io`.split(
    /\s+/,
  ),
)

/** The first place packages would be taken from that is not a public registry over TLS, or null. */
export function foreignPackageSource(path: string, content: string): string | null {
  if (!PACKAGE_SOURCES.test(path)) return null
  for (const [whole, scheme, credentials, host] of content.matchAll(SOURCE_URL)) {
    const known = PUBLIC_SOURCES.has((host ?? '').toLowerCase())
    if (!known || credentials || !/^(?:https|ssh)$/i.test(scheme ?? '')) return whole
  }
  return null
}
