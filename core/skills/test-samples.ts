import { readFileSync } from 'node:fs'
import type { SkillFile } from './schema.ts'

export interface Sample {
  readonly name: string
  readonly files: readonly SkillFile[]
}

/** The skills of a corpus file: `##### name`, then `=== path [link|base64]` before each of its files. */
export function samples(family: string): Sample[] {
  const text = readFileSync(new URL(`corpus/${family}.txt`, import.meta.url), 'utf8')
  return text
    .split(/^##### /m)
    .slice(1)
    .map((part) => {
      const [name = '', ...files] = part.split(/^=== /m)
      return { name: name.trim(), files: files.map(fileOf) }
    })
}

function fileOf(part: string): SkillFile {
  const end = part.indexOf('\n')
  const [path = '', how] = part.slice(0, end).split(/ \[|\]/)
  const content = written(part.slice(end + 1))
  if (how === 'link') return { path, content: content.trim(), link: true }
  return how === 'base64' ? { path, content: content.trim(), encoding: 'base64' } : { path, content }
}

/** `{{how:text}}` keeps the corpus readable, and free of what looks like a real secret. */
function written(text: string): string {
  return text.replaceAll(
    /\{\{(?:u\+([0-9a-f]+)|(\w+)(?::((?:[^}]|\}(?!\}))*))?)\}\}/g,
    (_, code: string, how: string, inner = '') => {
      if (code) return String.fromCodePoint(Number.parseInt(code, 16))
      const write = DISGUISES[how]
      if (!write) throw new Error(`There is no disguise ${how}`)
      return write(String(inner))
    },
  )
}

const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  b64: (text) => Buffer.from(text).toString('base64'),
  b16: (text) => Buffer.from(text, 'utf16le').toString('base64'),
  hex: (text) => Buffer.from(text).toString('hex'),
  tags: (text) => Array.from(text, (char) => String.fromCodePoint(0xe0000 + (char.codePointAt(0) ?? 0))).join(''),
  zw: (text) =>
    Array.from(Buffer.from(text), (byte) =>
      byte.toString(2).padStart(8, '0').replaceAll('0', '\u200B').replaceAll('1', '\u200C'),
    ).join(''),
  github: () => `ghp_${'Zk3Qw8Rt5Yp1Xv6Bn2Lm9Hs4'.repeat(2).slice(0, 36)}`,
  token: () => 'Zk3Qw8Rt5Yp1Xv6Bn2Lm9Hs4'.repeat(3).slice(0, 68),
}
