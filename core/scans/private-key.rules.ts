const BORDER = /-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g

/** Base64 lines (real line breaks or the two characters `\n`) and PEM headers: what is left of a block that lost its end. */
const BODY =
  /(?:(?:\s|\\[nr])*(?:[A-Za-z0-9-]{1,30}: [^\n\\]{1,120}|[A-Za-z0-9+/=]{16,}))*(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{1,76}(?=\s*$|[\s"'\\]*(?:$|["'}.…])))?/y

/** The whole block from BEGIN to END; without an END, everything after BEGIN that still looks like key material. */
export function privateKeySpans(text: string): [start: number, end: number][] {
  const borders = [...text.matchAll(BORDER)]
  const spans: [number, number][] = []
  for (const [index, border] of borders.entries()) {
    if (border[1] !== 'BEGIN') continue
    const next = borders[index + 1]
    if (next?.[1] === 'END') {
      spans.push([border.index, next.index + next[0].length])
      continue
    }
    BODY.lastIndex = border.index + border[0].length
    const body = BODY.exec(text)
    spans.push([border.index, border.index + border[0].length + (body?.[0].length ?? 0)])
  }
  return spans
}
