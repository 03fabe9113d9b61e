import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { whyNotJson } from './json-place.ts'

/** Everything an operator can set. Order of precedence: flag, environment `WRIT_*`, config file, default. */
const Settings = z.object({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65_535).default(3000),
  data_dir: z.string().min(1).optional(),
  database_url: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  database_pool: z.coerce.number().int().min(2).max(200).default(10),
  admin_key: z.string().min(24).max(200).optional(),
  /** The address clients use, when it is not `http://host:port`. */
  public_url: z.url({ protocol: /^https?$/ }).optional(),
  allowed_hosts: z.string().optional(),
  /** Origins (comma separated, `https://app.example`) whose pages may call the API from a browser. */
  cors_origins: z.string().optional(),
  /** Proxies (addresses, blocks, `loopback`, `private`; comma separated) whose `X-Forwarded-For` is believed. */
  trusted_proxies: z.string().default(''),
  log_level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  guard_deadline_ms: z.coerce.number().int().min(50).max(60_000).default(3500),
  outcome_timeout_minutes: z.coerce.number().int().min(1).max(1440).default(15),
  rate_limit_per_key: z.coerce.number().int().min(0).default(0),
  rate_limit_unauthenticated: z.coerce.number().int().min(0).default(100),
  shutdown_seconds: z.coerce.number().int().min(0).max(300).default(10),
  /** 32 bytes, base64 or hex; encrypts what must be readable again (signing keys). A key file is made when absent. */
  secret_key: z.string().min(32).max(128).optional(),
  llm_provider: z.enum(['anthropic', 'openai-compatible']).optional(),
  llm_base_url: z.url().optional(),
  llm_api_key: z.string().optional(),
  llm_model: z.string().optional(),
  /** Hosts (comma separated) that outbound calls may reach although they are private. */
  egress_allow: z.string().default(''),
  /** How long a webhook's receiver may take to answer. */
  webhook_timeout_ms: z.coerce.number().int().min(100).max(60_000).default(15_000),
  /** Wait before a failed webhook is sent again; later waits grow with it, from 5 seconds to 8 hours by default. */
  webhook_retry_ms: z.coerce.number().int().min(10).max(600_000).default(5000),
  /**
   * Whether OAuth clients may be a document at an https address. Without a way to the internet: `off`, so that they
   * register themselves instead.
   */
  client_documents: z.enum(['on', 'off']).default('on'),
  /** An OpenID Connect provider that people sign in with, beside or instead of a password. */
  sso_issuer: z.url({ protocol: /^https?$/ }).optional(),
  sso_client_id: z.string().min(1).max(256).optional(),
  sso_client_secret: z.string().min(1).max(1024).optional(),
  /** What the button says. */
  sso_name: z.string().min(1).max(64).optional(),
  /** Role of people whom the provider vouches for and nobody invited, in the first org; absent: they need an invitation. */
  sso_join_role: z.enum(['admin', 'approver', 'member', 'readonly']).optional(),
  /**
   * Whether anybody may make an account with an org of its own (Clawmit's register); never beside an `sso_issuer`.
   * `local`: as long as only this machine can reach the server.
   */
  open_registration: z.enum(['local', 'on', 'off']).default('local'),
  url: z.url({ protocol: /^https?$/ }).optional(),
  api_key: z.string().optional(),
  /** A JWT that says which agent speaks, sent beside the API key. */
  auth_token: z.string().max(8192).optional(),
  agent_id: z.string().max(128).optional(),
})

export type Settings = Readonly<z.output<typeof Settings>> & { readonly home: string }

/** A setting that cannot be used; `problems` has one sentence each, naming where the value came from. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

export interface ConfigSources {
  readonly flags?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly home?: string
}

/** The folder of what Writ keeps for this user. */
export function homeOf(env: Readonly<Record<string, string | undefined>>): string {
  return env['WRIT_HOME'] ?? join(homedir(), '.writ')
}

export function loadSettings(sources: ConfigSources = {}): Settings {
  const env = sources.env ?? process.env
  const home = sources.home ?? homeOf(env)
  const file = readConfigFile(join(home, 'config.json'))
  const raw: Record<string, unknown> = {}
  const origin: Record<string, string> = {}
  for (const key of Object.keys(Settings.shape)) {
    const variable = `WRIT_${key.toUpperCase()}`
    const found = [
      { value: sources.flags?.[key], from: `flag --${key.replaceAll('_', '-')}` },
      { value: env[variable] === '' ? undefined : env[variable], from: variable },
      { value: file[key], from: 'config.json' },
    ].find(({ value }) => value !== undefined)
    if (!found) continue
    raw[key] = found.value
    origin[key] = found.from
  }
  const parsed = Settings.safeParse(raw)
  const unknown = Object.keys(file).filter((key) => !(key in Settings.shape))
  const problems = [
    ...(parsed.error?.issues ?? []).map(
      ({ path, message }) => `${origin[String(path[0])] ?? path.join('.')}: ${message}`,
    ),
    ...unknown.map(
      (key) => `config.json: unknown setting "${key}"; known are ${Object.keys(Settings.shape).join(', ')}`,
    ),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  return { ...parsed.data, home }
}

function readConfigFile(path: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new ConfigError([`${path}: cannot be read (${(error as Error).message})`])
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new ConfigError([`${path}: others can read it; it may hold keys. Run: chmod 600 ${path}`])
  }
  try {
    const value: unknown = JSON.parse(text)
    if (value && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (error) {
    throw new ConfigError([`${path}: is not JSON (${whyNotJson(text, error)})`])
  }
  throw new ConfigError([`${path}: must hold one JSON object`])
}
