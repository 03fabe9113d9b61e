interface MemoOptions<T> {
  /** Answers kept, at least; at most twice as many. */
  readonly entries?: number
  /** Longer texts are computed each time: they seldom come again, and memory stays bounded. */
  readonly chars?: number
  /** False: this answer is not kept, nor is its text. */
  readonly keep?: (value: T) => boolean
}

/**
 * A pure function of a text that remembers its latest answers. Agents repeat themselves: the same commands, goals and
 * paths come again and again. Answers are shared, so nobody may change them. Two generations: what is asked again
 * within `entries` new texts stays, the rest is dropped at once, without a clock and without a list to keep in order.
 */
export function memoised<T>(
  compute: (text: string) => T,
  { entries = 1000, chars = 2048, keep = () => true }: MemoOptions<T> = {},
): (text: string) => T {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  const put = (text: string, value: T): void => {
    if (young.size >= entries) {
      old = young
      young = new Map()
    }
    young.set(text, value)
  }
  return (text) => {
    if (text.length > chars) return compute(text)
    const known = young.get(text)
    if (known !== undefined) return known
    const before = old.get(text)
    const value = before === undefined ? compute(text) : before
    if (before !== undefined || keep(value)) put(text, value)
    return value
  }
}
