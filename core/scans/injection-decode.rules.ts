import { charSet, longPieces, longRuns } from './injection-runs.rules.ts'

export type Decoded = { text: string; position: number; encoding: string }

const MAX_RUNS = 40
const MAX_RUN = 16_384

/** At least four letters in words or sentences, and nothing that text would not contain. */
function isText(decoded: string): boolean {
  if (decoded.length < 8 || decoded.includes('\ufffd')) return false
  let odd = 0
  let letters = 0
  for (const char of decoded) {
    const code = char.codePointAt(0) ?? 0
    if ((code < 32 && code !== 10 && code !== 9 && code !== 13) || code === 127) odd += 1
    else if (/[\p{L}\s]/u.test(char)) letters += 1
  }
  return odd === 0 && letters / decoded.length > 0.7
}

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const digits = (run: string, radix: 2 | 16, width: number): string => {
  const chars = run.replace(radix === 2 ? /[^01]/g : /\\x|0x|[^0-9a-f]/gi, '')
  const bytes = new Uint8Array(Math.floor(chars.length / width))
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(chars.slice(index * width, (index + 1) * width), radix)
  }
  return utf8(bytes)
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ' }
const entity = (_: string, body: string): string => {
  const named = ENTITIES[body.toLowerCase()]
  if (named) return named
  const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number(body.slice(1))
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' '
}
const percent = (run: string): string =>
  utf8(
    Buffer.from(
      run.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ),
  )

type Decoder = {
  encoding: string
  /** Cheap, and true wherever `run` may match. */
  needs: (text: string) => boolean
  run: RegExp
  decode: (run: string) => string
}

const HEX = charSet(/[0-9a-f]/i)
const SPACED_HEX = /(?<![0-9a-z])(?:[0-9a-f]{2}[\s:,]{1,2}){6}|\\x[0-9a-f]|0x[0-9a-f]/i

const looksHex = (text: string): boolean => SPACED_HEX.test(text) || longRuns(text, HEX, 20).next().done === false

/** Every `run` repeats one character class, so that matching is linear. */
const DECODERS: readonly Decoder[] = [
  {
    encoding: 'hex',
    needs: looksHex,
    run: /(?<![0-9a-z])(?:(?:\\x|0x)?[0-9a-f]{2}[\s:,]{0,2}){10,8192}(?![0-9a-z])/gi,
    decode: (run) => digits(run, 16, 2),
  },
  {
    encoding: 'binary',
    needs: (text) => /[01]{8}/.test(text),
    run: /(?<![0-9])(?:[01]{8}[\s,]{0,2}){8,2048}/g,
    decode: (run) => digits(run, 2, 8),
  },
  {
    encoding: 'percent',
    needs: (text) => /%[0-9a-f]{2}/i.test(text),
    run: /(?:[\w.,:;'!()*~+-]{0,40}%[0-9a-f]{2}){3,2000}[\w.,:;'!()*~+-]{0,80}/gi,
    decode: (run) => percent(run.replaceAll('+', ' ')),
  },
  {
    encoding: 'unicode',
    needs: (text) => text.includes('\\u') || text.includes('\\U'),
    run: /(?:\\u\{?[0-9a-f]{4}\}?[ ]?){4,4000}/gi,
    decode: (run) =>
      run.replace(/\\u\{?([0-9a-f]{4})\}?/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  },
  {
    encoding: 'entities',
    needs: (text) => text.includes('&#'),
    run: /(?:[\w .,:;'!-]{0,20}&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|lt|gt|amp|quot|nbsp);){3,4000}[\w .,:;'!-]{0,40}/gi,
    decode: (run) => run.replace(/&(#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,4});/gi, entity),
  },
]

const BASE64 = charSet(/[A-Za-z0-9+/_-]/)
const BASE64_RUN = [16, MAX_RUN] as const
/** Shorter runs are read only beside a longer one. */
const BASE64_NEEDS = 18

type Run = { readonly index: number; readonly token: string }

/** Runs of base64; a long lower-case word is base64 by alphabet only. */
function base64Runs(text: string): Run[] {
  const runs = [...longPieces(text, BASE64, BASE64_RUN)]
  if (!runs.some(({ token }) => token.length >= BASE64_NEEDS)) return []
  return runs.filter(({ token }) => /[A-Z]/.test(token))
}

/** Runs that decode to readable text; what is not text (images, hashes, keys) is left out. */
export function decodeRuns(original: string): Decoded[] {
  const found: Decoded[] = []
  const add = (encoding: string, position: number, text: string): void => {
    if (found.length < MAX_RUNS && isText(text)) found.push({ text, position, encoding })
  }
  for (const { index, token } of base64Runs(original)) {
    if (found.length >= MAX_RUNS) return found
    add('base64', index, Buffer.from(token, 'base64').toString('utf8'))
  }
  for (const { encoding, needs, run, decode } of DECODERS) {
    if (!needs(original)) continue
    for (const match of original.matchAll(run)) {
      if (found.length >= MAX_RUNS) return found
      add(encoding, match.index, decode(match[0].slice(0, MAX_RUN)))
    }
  }
  return found
}

const turn = (char: string): string => {
  const code = char.charCodeAt(0)
  const base = code >= 97 ? 97 : 65
  return String.fromCharCode(base + ((code - base + 13) % 26))
}
export const rot13 = (text: string): string => text.replace(/[A-Za-z]/g, turn)
export const reversed = (text: string): string => Array.from(text).toReversed().join('')
