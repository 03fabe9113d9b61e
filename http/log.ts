import { pino, type DestinationStream, type Logger } from 'pino'
import type { Settings } from '#core/kernel/config'

/** Whatever may carry a credential, at the places where request-like and error-like objects hold it. */
const names = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  '["x-api-key"]',
  'api_key',
  'apiKey',
  'admin_key',
  'secret',
  'secret_key',
  'password',
  'token',
  'identityToken',
  'authToken',
  'auth_token',
  'database_url',
  'llm_api_key',
  'otlp_headers',
]
const at = (prefix: string) => names.map((name) => (name.startsWith('[') ? `${prefix}${name}` : `${prefix}.${name}`))

/** Keys of ours and bearer values inside any logged text, and the password of a connection string. */
const inText: readonly (readonly [RegExp, string])[] = [
  [/\b([a-z][a-z0-9_]{1,23}_)[0-9A-Za-z]{32}\b/g, '$1…'],
  [/\b(Bearer\s+)[\w.~+/-]{16,}=*/gi, '$1…'],
  [/\b(postgres(?:ql)?:\/\/[^\s:/@]+:)[^\s@]+@/gi, '$1…@'],
]

/** JSON lines on standard error: standard output belongs to the command (and to MCP over stdio). */
export function createLog(level: Settings['log_level'], destination: DestinationStream = pino.destination(2)): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: [...names, ...at('*'), ...at('*.headers'), ...at('headers')], censor: '[redacted]' },
      hooks: { streamWrite: (line) => inText.reduce((text, [pattern, kept]) => text.replace(pattern, kept), line) },
    },
    destination,
  )
}
