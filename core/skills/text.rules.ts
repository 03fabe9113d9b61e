import { isUtf8 } from 'node:buffer'
import { secretScan, type SecretFinding } from '#core/scans/index'
import type { SkillFile } from './schema.ts'

/** One file as the rules read it. */
export interface SkillText {
  readonly path: string
  /** Empty where the file is no text. */
  readonly text: string
  readonly bytes: Uint8Array
  readonly kind: 'markdown' | 'script' | 'data' | 'binary' | 'link'
  /** What runs a script; of Markdown and data none. */
  readonly language: Language | null
  lineAt(offset: number): number
  secrets(): readonly SecretFinding[]
}

export type Language = 'shell' | 'python' | 'node' | 'ruby' | 'perl' | 'php' | 'powershell' | 'batch'

const BY_ENDING: Readonly<Record<string, Language>> = {
  sh: 'shell',
  bash: 'shell',
  zsh: 'shell',
  command: 'shell',
  py: 'python',
  pyw: 'python',
  js: 'node',
  mjs: 'node',
  cjs: 'node',
  ts: 'node',
  mts: 'node',
  rb: 'ruby',
  pl: 'perl',
  php: 'php',
  ps1: 'powershell',
  psm1: 'powershell',
  bat: 'batch',
  cmd: 'batch',
}

/** Names that Markdown gives to the same languages. */
const BY_LABEL: Readonly<Record<string, Language>> = {
  ...BY_ENDING,
  shell: 'shell',
  'shell-session': 'shell',
  console: 'shell',
  terminal: 'shell',
  fish: 'shell',
  python: 'python',
  python3: 'python',
  javascript: 'node',
  typescript: 'node',
  ruby: 'ruby',
  perl: 'perl',
  powershell: 'powershell',
  pwsh: 'powershell',
}

const MARKDOWN = /\.(md|mdx|markdown)$/i

export function skillText({ path, content, encoding = 'utf8', link = false }: SkillFile): SkillText {
  const bytes = Buffer.from(content, encoding)
  const isText = isUtf8(bytes) && !bytes.subarray(0, 8192).includes(0)
  const text = isText ? bytes.toString('utf8') : ''
  const language = languageOf(path, text)
  const kind = link ? 'link' : isText ? kindOf(path, language) : 'binary'
  return { path, text, bytes, kind, language, lineAt: lines(text), secrets: once(() => secretScan(text).findings) }
}

function kindOf(path: string, language: Language | null): SkillText['kind'] {
  if (MARKDOWN.test(path)) return 'markdown'
  return language === null ? 'data' : 'script'
}

function languageOf(path: string, text: string): Language | null {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase()
  if (ending !== undefined && BY_ENDING[ending]) return BY_ENDING[ending]
  const shebang = /^#!\s*\S*?\/(?:env\s+(?:-S\s+)?)?([a-z]+)[\d.]*/.exec(text)?.[1]
  if (shebang !== undefined) return labelled(shebang) ?? 'shell'
  // Recipes are shell lines.
  return /(^|\/)(Makefile|justfile)$/i.test(path) ? 'shell' : null
}

/** The language a code block says it is in; null where it is none that runs. */
export function labelled(label: string): Language | null {
  const name = label.trim().toLowerCase()
  return Object.hasOwn(BY_LABEL, name) ? (BY_LABEL[name] ?? null) : null
}

/** Line numbers by binary search over the line ends. */
function lines(text: string): (offset: number) => number {
  let ends: number[] | undefined
  return (offset) => {
    ends ??= [...text.matchAll(/\n/g)].map(({ index }) => index)
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] ?? 0) < offset) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
