export const BRACES_MAX = 512

interface Group {
  readonly start: number
  readonly end: number
  readonly commas: readonly number[]
}

/** End of a quoted or escaped stretch that begins at `at`, or `at` itself when none begins there. */
function skipQuoted(text: string, at: number): number {
  const char = text[at]
  if (char === '\\') return at + 1
  if (char !== "'" && char !== '"') return at
  const close = text.indexOf(char, at + 1)
  return close < 0 ? text.length : close
}

function firstGroup(text: string): Group | null {
  let depth = 0
  let start = -1
  let commas: number[] = []
  for (let i = 0; i < text.length; i++) {
    i = skipQuoted(text, i)
    const char = text[i]
    if (char === '{' && text[i - 1] !== '$') {
      if (depth === 0) {
        start = i
        commas = []
      }
      depth++
    } else if (char === ',' && depth === 1) commas.push(i)
    else if (char === '}' && depth > 0) {
      depth--
      if (depth === 0 && (commas.length > 0 || text.slice(start, i).includes('..'))) return { start, end: i, commas }
    }
  }
  return null
}

function sequence(body: string): readonly string[] {
  const match = /^(-?\d{1,6}|[a-zA-Z])\.\.(-?\d{1,6}|[a-zA-Z])(?:\.\.-?\d+)?$/.exec(body)
  const [from, to] = [match?.[1], match?.[2]]
  if (from === undefined || to === undefined) return []
  // The ends are enough: what a range does to a target shows at its first and last value.
  return from === to ? [from] : [from, to]
}

/** Bash brace expansion on source text (quotes kept), at most 512 results; `pay` is told the characters read. */
export function expandBraces(text: string, pay: (units: number) => void): readonly string[] {
  const done: string[] = []
  const open = [text]
  while (open.length > 0 && done.length + open.length <= BRACES_MAX) {
    const next = open.shift() ?? ''
    pay(next.length * 4)
    const group = firstGroup(next)
    if (group === null) {
      done.push(next)
      continue
    }
    const cuts = [group.start, ...group.commas, group.end]
    const parts =
      group.commas.length > 0
        ? cuts.slice(1).map((cut, i) => next.slice((cuts[i] ?? 0) + 1, cut))
        : sequence(next.slice(group.start + 1, group.end))
    if (parts.length === 0) {
      done.push(next)
      continue
    }
    open.unshift(...parts.map((part) => next.slice(0, group.start) + part + next.slice(group.end + 1)))
  }
  return [...done, ...open].slice(0, BRACES_MAX)
}
