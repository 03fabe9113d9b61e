/** Text made comparable: folded, lower case, without invisible characters, white space collapsed. */
export type FoldedText = {
  text: string
  /** Offset in the original of a character of `text`. */
  offset: (index: number) => number
  /** Text that was written in invisible characters (tag block, variation selectors). */
  hidden: string
  /** Letters were separated by invisible characters or mirrored by a direction override. */
  concealed: boolean
}

/** Letters of other scripts that look Latin; used only inside words that mix scripts, so that real Russian or Greek stays. */
export const LOOKALIKES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'aаαɑᴀ',
    'bЬʙв',
    'cсϲᴄ',
    'dԁɗᴅ',
    'eеεҽᴇ',
    'fғꜰ',
    'gɡցԍɢ',
    'hһհʜн',
    'iіιıɪӏ',
    'jјյᴊ',
    'kкκᴋ',
    'lⅼʟι',
    'mмϻᴍ',
    'nոпηɴ',
    'oоοօᴏө',
    'pрρᴘ',
    'qԛզ',
    'rгʀᴦ',
    'sѕꜱ',
    'tтτᴛ',
    'uսυᴜц',
    'vνѵᴠ',
    'wԝѡᴡω',
    'xхχ',
    'yуүʏγ',
    'zᴢʐ',
  ].flatMap((row) => Array.from(row.slice(1)).map((char): [string, string] => [char, row[0] ?? ''])),
)

const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\ufe00-\ufe0f]|[\u{e0000}-\u{e01ef}]/u
const NON_ASCII_OR_RUN = /[^\x20-\x7e\n]|[ ]{2}/

/** Negative-circled, negative-squared and regional-indicator letters, which NFKC leaves alone. */
const ENCLOSED: readonly (readonly [number, number])[] = [
  [0x1f150, 0x1f169],
  [0x1f170, 0x1f189],
  [0x1f1e6, 0x1f1ff],
]

/** Most text uses few characters beyond ASCII, again and again. */
const FOLDED = new Map<string, string>()
const MAX_FOLDED = 4096

function foldPoint(char: string): string {
  const known = FOLDED.get(char)
  if (known !== undefined) return known
  const folded = foldOnce(char, char.codePointAt(0) ?? 0)
  if (FOLDED.size < MAX_FOLDED) FOLDED.set(char, folded)
  return folded
}

function foldOnce(char: string, code: number): string {
  for (const [from, to] of ENCLOSED) if (code >= from && code <= to) return String.fromCharCode(97 + code - from)
  if (code === 0x85 || code === 0x2028 || code === 0x2029) return '\n'
  const plain = char
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
  return plain.replace(/[\u2018\u2019\u201b\u02bc]/g, "'").replace(/[\u201c\u201d\u201e\u00ab\u00bb]/g, '"')
}

/** The byte or letter an invisible character carries, or '' if it carries none. */
function hiddenLetter(code: number): string {
  if (code >= 0xe0020 && code <= 0xe007e) return String.fromCharCode(code - 0xe0000)
  const byte =
    code >= 0xe0100 && code <= 0xe01ef ? code - 0xe0100 + 16 : code >= 0xfe00 && code <= 0xfe0f ? code - 0xfe00 : -1
  return byte >= 9 ? String.fromCharCode(byte) : ''
}

const isAsciiLetter = (char: string): boolean => char >= 'a' && char <= 'z'

class Folder {
  readonly out: string[] = []
  readonly offsets: number[] = []
  hidden = ''
  splits = 0
  overrides = 0
  #flag = false
  #pending = false

  add(char: string, offset: number): void {
    const code = char.codePointAt(0) ?? 0
    if (code > 0x7e && INVISIBLE.test(char)) return this.#invisible(code)
    const folded = code <= 0x7e ? char.toLowerCase() : foldPoint(char)
    // The black flag opens an emoji of tag characters (England, Scotland, Wales): not hidden text.
    this.#flag = code === 0x1f3f4
    const last = this.out.at(-1) ?? ''
    for (const piece of folded) this.#put(piece, offset, last)
    this.#pending = false
  }

  #put(piece: string, offset: number, last: string): void {
    const space = piece === '\t' || piece === '\r' || piece === ' ' || piece === '\u000b' || piece === '\f'
    if (space && (this.out.at(-1) === ' ' || piece === '\r')) return
    if (this.#pending && isAsciiLetter(last) && isAsciiLetter(piece)) this.splits += 1
    for (let unit = 0; unit < piece.length; unit += 1) this.offsets.push(offset)
    this.out.push(space ? ' ' : piece)
  }

  #invisible(code: number): void {
    this.#pending = true
    if (code === 0x202d || code === 0x202e) this.overrides += 1
    if (!this.#flag) this.hidden += hiddenLetter(code)
  }
}

const LOOKALIKE = new RegExp(`[${Object.keys(LOOKALIKES).join('')}]`)

/** A word that mixes Latin with look-alike scripts is written in Latin; one script alone stays as it is. */
function unmask(text: string): string {
  if (!LOOKALIKE.test(text)) return text
  return text.replace(/[\p{L}\p{M}]{2,64}/gu, (word) => {
    if (!LOOKALIKE.test(word)) return word
    if (!/[a-z]/.test(word) && !/[\u0131\u026a\u0262\u0274\u1d00-\u1d2b\u0250-\u02af]/.test(word)) return word
    return Array.from(word, (char) => LOOKALIKES[char] ?? char).join('')
  })
}

function foldSlowly(original: string): Folder {
  const folder = new Folder()
  let offset = 0
  for (const char of original) {
    folder.add(char, offset)
    offset += char.length
  }
  return folder
}

/** The same text as `foldSlowly` gives, for texts without invisible characters. */
const foldQuickly = (original: string): string =>
  original
    .replace(/[^\0-\x7e]/gu, foldPoint)
    .toLowerCase()
    .replace(/\r+/g, '')
    .replace(/[ \t\v\f]{2,}|[\t\v\f]/g, ' ')

/** Where each character of `foldQuickly` stood. */
function quickOffsets(original: string): Uint32Array {
  const offsets: number[] = []
  let space = false
  for (let index = 0; index < original.length; index += 1) {
    const code = original.codePointAt(index) ?? 0
    const folded = code <= 0x7e ? undefined : foldPoint(String.fromCodePoint(code))
    for (let unit = 0, end = folded?.length ?? 1; unit < end; unit += 1) {
      const piece = folded?.charCodeAt(unit) ?? code
      const blank = piece === 32 || piece === 9 || (piece >= 11 && piece <= 13)
      if (blank && (space || piece === 13)) continue
      offsets.push(index)
      space = blank
    }
    if (code > 0xffff) index += 1
  }
  return Uint32Array.from(offsets)
}

const same = (index: number): number => index

export function foldText(original: string): FoldedText {
  if (!NON_ASCII_OR_RUN.test(original)) {
    return { text: original.toLowerCase(), offset: same, hidden: '', concealed: false }
  }
  if (!INVISIBLE.test(original)) {
    // Offsets are needed for findings only, and most texts have none.
    let offsets: Uint32Array | undefined
    const offset = (index: number): number => (offsets ??= quickOffsets(original))[index] ?? 0
    return { text: unmask(foldQuickly(original)), offset, hidden: '', concealed: false }
  }
  const { out, offsets, hidden, splits, overrides } = foldSlowly(original)
  return {
    text: unmask(out.join('')),
    offset: (index) => offsets[index] ?? 0,
    hidden: /[a-z]{3}/i.test(hidden) ? hidden : '',
    concealed: splits >= 2 || overrides > 0,
  }
}
