export type SecretSeverity = 'high' | 'critical'

export type SecretPattern = {
  readonly name: string
  readonly category: string
  readonly severity: SecretSeverity
  /** Lower-case literals; the pattern runs only on text that contains one of them. */
  readonly anchors: readonly string[]
  /** Global; a group `v` narrows the secret to a part of the match. Bounded repeats only, so that cost stays linear. */
  readonly regex: RegExp
  readonly accept?: (value: string) => boolean
}

type Format = readonly [name: string, category: string, anchors: string, body: string]

/** `body` is matched case-sensitively between token borders; anchors are separated by spaces. */
const FORMATS: readonly Format[] = [
  [
    'writ_key',
    'own_key',
    'writ_',
    'writ_(?:live|test|agent|org|key|[a-z]{2,10})_(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{16,200}',
  ],
  [
    'aws_access_key',
    'cloud_key',
    'akia asia abia acca aroa aida agpa anpa anva aipa',
    '(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA|AGPA|ANPA|ANVA|AIPA)[A-Z0-9]{16}',
  ],
  ['github_token', 'vcs_token', 'ghp_ gho_ ghu_ ghs_ ghr_', 'gh[pousr]_[A-Za-z0-9]{36,255}'],
  [
    'github_token',
    'vcs_token',
    'ghs_',
    'ghs_[0-9]{1,20}_[A-Za-z0-9_-]{1,1000}\\.[A-Za-z0-9_-]{1,9000}\\.[A-Za-z0-9_-]{1,1000}',
  ],
  ['github_token', 'vcs_token', 'github_pat_', 'github_pat_[A-Za-z0-9_]{22,255}'],
  [
    'gitlab_token',
    'vcs_token',
    'glpat- gloas- gldt- glrt- glcbt- glptt- glft- glsoat- glagent- glimt-',
    'gl(?:pat|oas|dt|rt|cbt|ptt|ft|soat|agent|imt)-[A-Za-z0-9_-]{20,300}(?:\\.[A-Za-z0-9_.-]{1,60})?',
  ],
  [
    'slack_token',
    'messaging_token',
    'xoxa- xoxb- xoxp- xoxo- xoxr- xoxs- xoxe xapp-',
    '(?:xox[abposre]|xoxe\\.xox[bp]|xapp)-[A-Za-z0-9-]{10,300}',
  ],
  [
    'slack_webhook',
    'messaging_token',
    'hooks.slack.com',
    'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,200}',
  ],
  [
    'discord_webhook',
    'messaging_token',
    '/api/webhooks/',
    '(?:discord|discordapp)\\.com/api/webhooks/[0-9]{15,25}/[A-Za-z0-9_-]{40,100}',
  ],
  ['telegram_token', 'messaging_token', ':aa', '[0-9]{8,10}:AA[A-Za-z0-9_-]{32,34}'],
  ['stripe_key', 'payment_key', 'sk_live_ sk_test_ rk_live_ rk_test_', '[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}'],
  ['webhook_secret', 'signing_key', 'whsec_', 'whsec_[A-Za-z0-9+/=_-]{20,255}'],
  ['anthropic_key', 'ai_key', 'sk-', 'sk-ant-[A-Za-z0-9_-]{20,255}'],
  ['openai_key', 'ai_key', 'sk-', 'sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,255}'],
  ['openrouter_key', 'ai_key', 'sk-', 'sk-or-v1-[A-Za-z0-9]{32,128}'],
  ['openai_key', 'ai_key', 'sk-', 'sk-(?=[A-Za-z]{0,40}[0-9])[A-Za-z0-9]{20,128}'],
  ['google_api_key', 'cloud_key', 'aiza', 'AIza[0-9A-Za-z_-]{35}'],
  ['google_oauth', 'cloud_key', 'ya29. gocspx-', '(?:ya29\\.[0-9A-Za-z_-]{20,500}|GOCSPX-[0-9A-Za-z_-]{20,60})'],
  ['npm_token', 'registry_token', 'npm_', 'npm_[A-Za-z0-9]{36}'],
  ['pypi_token', 'registry_token', 'pypi-', 'pypi-[A-Za-z0-9_-]{32,400}'],
  ['rubygems_token', 'registry_token', 'rubygems_', 'rubygems_[a-f0-9]{48}'],
  ['docker_token', 'registry_token', 'dckr_', 'dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,60}'],
  ['huggingface_token', 'ai_key', 'hf_', 'hf_[A-Za-z0-9]{30,60}'],
  ['groq_key', 'ai_key', 'gsk_', 'gsk_[A-Za-z0-9]{40,80}'],
  ['sendgrid_key', 'messaging_token', 'sg.', 'SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,128}'],
  ['shopify_token', 'payment_key', 'shppa_ shpca_ shpat_ shpss_', 'shp(?:pa|ca|at|ss)_[A-Za-z0-9]{32,64}'],
  ['databricks_token', 'cloud_key', 'dapi', 'dapi[a-f0-9]{32}(?:-[0-9])?'],
  ['digitalocean_token', 'cloud_key', 'dop_v1_ doo_v1_', 'do[op]_v1_[a-f0-9]{64}'],
  ['linear_token', 'saas_token', 'lin_api_', 'lin_api_[A-Za-z0-9_]{32,128}'],
  ['notion_token', 'saas_token', 'ntn_', 'ntn_[A-Za-z0-9]{40,60}'],
  ['figma_token', 'saas_token', 'figd_', 'figd_[A-Za-z0-9_-]{40,200}'],
  ['vault_token', 'cloud_key', 'hvs. hvb. hvr.', 'hv[sbr]\\.[A-Za-z0-9_-]{24,300}'],
  [
    'grafana_token',
    'saas_token',
    'glsa_ glc_',
    '(?:glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{32,400}={0,2})',
  ],
  ['tailscale_key', 'cloud_key', 'tskey-', 'tskey-[a-z]{2,20}-[0-9A-Za-z_]{8,40}-[0-9A-Za-z_]{16,60}'],
  ['age_key', 'private_key', 'age-secret-key-', 'AGE-SECRET-KEY-1[0-9A-Z]{50,70}'],
  ['jwt_token', 'jwt', 'eyj', 'eyJ[A-Za-z0-9_-]{8,4000}\\.[A-Za-z0-9_-]{8,8000}(?:\\.[A-Za-z0-9_-]{0,4000}){1,3}'],
]

const format = ([name, category, anchors, body]: Format): SecretPattern => ({
  name,
  category,
  severity: category === 'jwt' ? 'high' : 'critical',
  anchors: anchors.split(' '),
  regex: new RegExp(`(?<![A-Za-z0-9_])${body}(?![A-Za-z0-9_])`, 'g'),
})

/** Tokens that vendors gave a recognisable prefix. */
export const FORMAT_PATTERNS: readonly SecretPattern[] = FORMATS.map(format)
