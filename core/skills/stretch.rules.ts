/** Read at a time, with some overlap, so that no step of a scan takes long. */
const STRETCH = 24_000
const OVERLAP = 500

export function* stretches(text: string): Generator<{ readonly text: string; readonly from: number }> {
  for (let from = 0; from < text.length; from += STRETCH) {
    yield { text: text.slice(from, from + STRETCH + OVERLAP), from }
  }
}
