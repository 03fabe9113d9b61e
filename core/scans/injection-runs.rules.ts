/** A set of ASCII characters, as a table. */
export const charSet = (chars: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, code) => (chars.test(String.fromCharCode(code)) ? 1 : 0))

/**
 * Runs of at least `min` characters of the set, as [start, end). Looks at the last character a run would need first,
 * so that text of short words is passed over in strides.
 */
export function* longRuns(
  text: string,
  set: Uint8Array,
  min: number,
): Generator<readonly [start: number, end: number]> {
  for (let start = 0; start + min <= text.length;) {
    let at = start + min - 1
    while (at >= start && set[text.charCodeAt(at)] === 1) at -= 1
    if (at >= start) {
      start = at + 1
      continue
    }
    let end = start + min
    while (end < text.length && set[text.charCodeAt(end)] === 1) end += 1
    yield [start, end]
    start = end + 1
  }
}

/** The same in pieces of at most `max` characters; a last piece below `min` is left out. */
export function* longPieces(
  text: string,
  set: Uint8Array,
  [min, max]: readonly [min: number, max: number],
): Generator<{ index: number; token: string }> {
  for (const [start, end] of longRuns(text, set, min)) {
    for (let index = start; end - index >= min; index += max) {
      yield { index, token: text.slice(index, Math.min(end, index + max)) }
    }
  }
}
