import { findingAt } from './finding.rules.ts'
import type { Severity, SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'
import { isWarned, lowered } from './warned.rules.ts'

const URL_HOST =
  /\b(?:https?|wss?|ftp):\/\/(?:[^\s/@'"`<>]{1,100}@)?(\[[0-9a-f:.]{2,45}\]|[^\s/:?#'"`<>()[\]{}|\\,;]{1,253})/gi

interface Kind {
  readonly name: string
  readonly severity: Severity
  readonly message: string
  readonly regex: RegExp
}

/** Hosts made to take in or hand out what nobody can trace. */
const KINDS: readonly Kind[] = [
  {
    name: 'drop',
    severity: 'high',
    message: 'A place where anybody collects what is sent to it.',
    regex:
      /(?:^|\.)(?:webhook\.site|requestbin\.\w+|pipedream\.net|hookbin\.com|beeceptor\.com|requestcatcher\.com|interact\.sh|oast\.\w+|oastify\.com|burpcollaborator\.net|dnslog\.\w+|canarytokens\.com|ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|loca\.lt|serveo\.net|localhost\.run|transfer\.sh|file\.io|0x0\.st|temp\.sh|termbin\.com|anonfiles\.com|gofile\.io|bashupload\.com)$/i,
  },
  {
    name: 'paste',
    severity: 'medium',
    message: 'A place where anybody puts text, and changes it.',
    regex:
      /(?:^|\.)(?:pastebin\.com|paste\.ee|hastebin\.com|dpaste\.\w+|rentry\.co|ghostbin\.\w+|ix\.io|sprunge\.us)$/i,
  },
  {
    name: 'shortened',
    severity: 'medium',
    message: 'A short link: nobody sees where it leads.',
    regex: /^(?:bit\.ly|tinyurl\.com|t\.co|is\.gd|goo\.gl|ow\.ly|cutt\.ly|rb\.gy|shorturl\.at|v\.gd|t\.ly)$/i,
  },
  {
    name: 'onion',
    severity: 'high',
    message: 'A hidden service.',
    regex: /\.(?:onion|i2p)$/i,
  },
  {
    name: 'look_alike',
    severity: 'medium',
    message: 'A name that may look like another.',
    regex: /(?:^|\.)xn--|[^\x20-\x7e]/i,
  },
]

const MESSENGER =
  /https?:\/\/(?:discord(?:app)?\.com\/api\/webhooks\/|api\.telegram\.org\/bot|hooks\.slack\.com\/services\/)[^\s'"`<>]{6}/gi

/** Names and addresses that stand for nothing. */
const NOWHERE =
  /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|(?:.+\.)?example(?:\.(?:com|org|net))?|.+\.(?:test|invalid|local|localhost)|192\.0\.2\.\d+|198\.51\.100\.\d+|203\.0\.113\.\d+)$/i

export function hostsOf(file: SkillText): Map<string, number> {
  const hosts = new Map<string, number>()
  for (const { 1: host = '', index } of file.text.matchAll(URL_HOST)) {
    const name = host.toLowerCase().replace(/[.*_~!]+$/, '')
    if (/^[^${<%…]*[\p{L}\p{N}][^${<%…]*$/u.test(name) && !NOWHERE.test(name) && !hosts.has(name))
      hosts.set(name, index)
  }
  return hosts
}

export function* hostFindings(file: SkillText): Generator<SkillFinding> {
  let told = 0
  for (const [host, offset] of hostsOf(file)) {
    const kind = KINDS.find(({ regex }) => regex.test(host)) ?? (isAddress(host) ? ADDRESS : null)
    if (kind === null || ++told > MAX) continue
    const bare = kind === ADDRESS && file.kind === 'script' ? 'high' : kind.severity
    const severity = isWarned(file, offset) ? lowered(bare) : bare
    yield findingAt(file, { rule: `host.${kind.name}`, severity, message: kind.message, offset })
  }
  for (const { index } of [...file.text.matchAll(MESSENGER)].slice(0, MAX)) {
    const message = 'A channel of a messenger that takes in whatever is sent to it.'
    const severity = file.kind === 'script' ? 'high' : 'medium'
    yield findingAt(file, { rule: 'host.messenger', severity, message, offset: index })
  }
}

const MAX = 50
const ADDRESS = { name: 'address', severity: 'medium', message: 'A bare address instead of a name.' } as const

function isAddress(host: string): boolean {
  if (/^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(host)) return false
  return /^\d{1,3}(?:\.\d{1,3}){3}$|^0x[0-9a-f]{8}$|^\d{8,10}$|^\[/i.test(host)
}
