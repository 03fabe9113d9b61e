import { readFileSync, readdirSync } from 'node:fs'

const FOLDER = new URL('./corpus/injection/', import.meta.url)

const each = (text: string, change: (char: string, code: number) => string): string =>
  Array.from(text)
    .map((char) => change(char, char.codePointAt(0) ?? 0))
    .join('')
const letters = (upper: number, lower: number) => (text: string) =>
  each(text, (char, code) =>
    /[a-z]/.test(char)
      ? String.fromCodePoint(lower + code - 97)
      : /[A-Z]/.test(char)
        ? String.fromCodePoint(upper + code - 65)
        : char,
  )
const hex = (text: string, width = 2): string[] =>
  [...Buffer.from(text)].map((byte) => byte.toString(16).padStart(width, '0'))
const swap = (text: string, from: string, to: string): string =>
  each(text, (char) => Array.from(to)[Array.from(from).indexOf(char)] ?? char)

/** How a corpus line writes what cannot be typed: `{{name:text}}`; the files say what the text is, this says how it is hidden. */
const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  b64: (text) => Buffer.from(text).toString('base64'),
  b64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => hex(text).join(''),
  hexesc: (text) =>
    hex(text)
      .map((byte) => `\\x${byte}`)
      .join(''),
  pct: (text) =>
    hex(text)
      .map((byte) => `%${byte}`)
      .join(''),
  uni: (text) => each(text, (_, code) => `\\u${code.toString(16).padStart(4, '0')}`),
  ent: (text) => each(text, (_, code) => `&#${code};`),
  bin: (text) => [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join(' '),
  rot13: (text) =>
    text.replace(/[a-z]/gi, (char) =>
      String.fromCharCode((((char.charCodeAt(0) & 31) + 12) % 26) + (char.charCodeAt(0) & 96) + 1),
    ),
  rev: (text) => Array.from(text).toReversed().join(''),
  tag: (text) => each(text, (_, code) => String.fromCodePoint(code + 0xe0000)),
  vs: (text) => each(text, (_, code) => String.fromCodePoint(code + 0xe0100 - 16)),
  zw: (text) => Array.from(text).join('\u200b'),
  shy: (text) => Array.from(text).join('\u00ad'),
  wj: (text) => Array.from(text).join('\u2060'),
  bidi: (text) => `\u202e${text}\u202c`,
  full: letters(0xff21, 0xff41),
  math: letters(0x1d400, 0x1d41a),
  circ: letters(0x24b6, 0x24d0),
  sq: letters(0x1f170, 0x1f170),
  homo: (text) => swap(text, 'aeiopcxy', 'аеіорсху'),
  small: (text) => swap(text, 'abcdefghijklmnoprtuvwyz', 'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ'),
  accent: (text) => each(text, (char) => (/[aeiou]/.test(char) ? `${char}\u0301` : char)),
}

const INNERMOST = /\{\{([a-z0-9]+):((?:(?!\{\{|\}\})[\s\S])*)\}\}/

export function expand(line: string): string {
  let text = line.replace(/\\n/g, '\n')
  for (let match = INNERMOST.exec(text); match; match = INNERMOST.exec(text)) {
    const [whole, name = '', inner = ''] = match
    const disguise = DISGUISES[name]
    if (!disguise) throw new Error(`Unknown disguise ${name} in: ${line}`)
    text = text.replace(whole, () => disguise(inner))
  }
  return text
}

export type Family = { family: string; attack: boolean; samples: string[] }

/** The families of the corpus, one file each, one sample a line. */
export const readCorpus = (): Family[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => ({
      family: name.replace('.txt', ''),
      attack: name.startsWith('attacks-'),
      samples: readFileSync(new URL(name, FOLDER), 'utf8').split('\n').filter(Boolean).map(expand),
    }))

/** Wilson's 95 % interval for `hits` of `total`, in percent. */
export function wilson(hits: number, total: number): [low: number, high: number] {
  const z = 1.959964
  const p = hits / total
  const middle = p + (z * z) / (2 * total)
  const spread = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total))
  const scale = 100 / (1 + (z * z) / total)
  return [Math.max(0, (middle - spread) * scale), Math.min(100, (middle + spread) * scale)]
}
