import { FIELD_PATTERNS } from './secret-fields.rules.ts'
import { FORMAT_PATTERNS, type SecretPattern } from './secret-formats.rules.ts'

/** Of a token: a run of these characters is never left or entered in its middle by a value. */
export const TOKEN = new Uint8Array(256)
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_') TOKEN[char.charCodeAt(0)] = 1

const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))
const codes = (text: string): number[] => [...Buffer.from(text, 'latin1')]
const bytesOf = (chars: string): Uint8Array => {
  const set = new Uint8Array(256)
  for (const code of codes(chars)) set[code] = 1
  return set
}
const WORD_OR_DASH = TOKEN.slice()
WORD_OR_DASH[45] = 1
const NUMBER = TOKEN.slice()
for (const code of codes('.+-')) NUMBER[code] = 1
const QUOTES = bytesOf('"\'`\\')
const ENDS_USERINFO = bytesOf(' \t\n\v\f\r"\'<>`/')
/** What may stand between a field's name and its value; white space in all its forms. */
const SEPARATES = bytesOf(':= \t\n\v\f\r\u00A0')
const [COLON = 0, COMMA = 0, BRACE = 0, AT = 0] = codes(':,}@')

interface Lead {
  readonly bytes: Uint8Array
  readonly third: number | undefined
  /** Names a field: a separator must follow before the value. */
  readonly isField: boolean
}

/** The expressions know these names of fields, and no anchor is as long. */
const MORE_FIELDS = ['account-key', 'auth-key', 'signing-key', 'encryption-key']
const FIELD_NAMES = new Set(['aws_secret_key', 'password_field', 'api_key_generic'])

/** What stands ahead of a secret, by pattern. Only `bare_userinfo` has its anchor behind the value. */
function leadsOf({ name, anchors }: SecretPattern): readonly Lead[] {
  if (name === 'bare_userinfo') return []
  const isField = FIELD_NAMES.has(name)
  // The program may stand anywhere; its option stands ahead of the password.
  const texts = anchors.includes('curl') ? ['-u', '--user', '--proxy-user'] : anchors
  return [...texts, ...(isField ? MORE_FIELDS : [])].map((text) => ({
    bytes: Uint8Array.from(codes(text)),
    third: codes(text)[2],
    isField,
  }))
}

/** By the first two bytes of a lead, the place of the list of those that begin so; 0 where none does. */
const PAIRS = new Uint8Array(65_536)
const LISTS: Lead[][] = [[]]
for (const lead of [...FORMAT_PATTERNS, ...FIELD_PATTERNS].flatMap(leadsOf)) {
  const [first = 0, second] = lead.bytes
  for (const next of second === undefined ? FOLD.keys() : [second]) {
    const pair = (first << 8) | next
    if (PAIRS[pair] === 0) PAIRS[pair] = LISTS.push([]) - 1
    LISTS[PAIRS[pair] ?? 0]?.push(lead)
  }
}

/**
 * False where no secret can reach into the run of token characters from `start` to `end`. Values begin where a token
 * begins, so what makes one stands ahead of the run or begins with it; only an address has its `@` behind.
 */
export function mayBeSecret(bytes: Uint8Array, start: number, end: number, around: readonly [number, number]): boolean {
  const [from, to] = around
  let before = FOLD[bytes[from] ?? 0] ?? 0
  for (let at = from; at <= start; at += 1) {
    const next = FOLD[bytes[at + 1] ?? 0] ?? 0
    const list = PAIRS[(before << 8) | next] ?? 0
    before = next
    if (list !== 0 && leads(bytes, at, start, LISTS[list] ?? [])) return true
  }
  return endsAsUserinfo(bytes, end, to)
}

function leads(bytes: Uint8Array, at: number, start: number, list: readonly Lead[]): boolean {
  const third = FOLD[bytes[at + 2] ?? 0]
  for (let index = 0; index < list.length; index += 1) {
    const lead = list[index] as Lead
    if (lead.third !== third && lead.third !== undefined) continue
    if (!standsAt(bytes, at, lead.bytes)) continue
    if (!lead.isField) return true
    if (at < start && fieldReaches(bytes, at + lead.bytes.length, start)) return true
  }
  return false
}

function standsAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (FOLD[bytes[at + index] ?? 0] !== text[index]) return false
  }
  return true
}

/** Whether the value of a field whose name goes on at `at` may reach the run. Numbers of JSON end ahead of it. */
function fieldReaches(bytes: Uint8Array, at: number, start: number): boolean {
  const separator = skip(bytes, skip(bytes, at, start, WORD_OR_DASH), start, QUOTES)
  if (separator >= start) return true
  const byte = bytes[separator] ?? 0
  if (byte !== COLON) return SEPARATES[byte] === 1
  const ends = skip(bytes, separator + 1, start, NUMBER)
  return ends >= start || (bytes[ends] !== COMMA && bytes[ends] !== BRACE)
}

function skip(bytes: Uint8Array, from: number, to: number, set: Uint8Array): number {
  let at = from
  while (at < to && set[bytes[at] ?? 0] === 1) at += 1
  return at
}

function endsAsUserinfo(bytes: Uint8Array, end: number, to: number): boolean {
  for (let at = end; at < to; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === AT) return true
    if (ENDS_USERINFO[byte] === 1) return false
  }
  return false
}
