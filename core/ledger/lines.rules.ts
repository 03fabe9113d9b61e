const MAX_LINE_BYTES = 16 * 1024 * 1024

export interface Line {
  readonly number: number
  readonly bytes: Buffer
  /** False for a last line without its newline, and for a line cut off at the limit. */
  readonly ended: boolean
}

/** Splits a stream at newlines, holding one line at a time; stops behind a line over 16 MiB. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Line> {
  let pending: Buffer[] = []
  let held = 0
  let number = 0
  for await (const part of chunks) {
    const chunk = Buffer.from(part.buffer, part.byteOffset, part.byteLength)
    let from = 0
    for (let to = chunk.indexOf(10); to >= 0; to = chunk.indexOf(10, from)) {
      const tail = chunk.subarray(from, to)
      number += 1
      yield { number, bytes: pending.length > 0 ? Buffer.concat([...pending, tail]) : tail, ended: true }
      pending = []
      held = 0
      from = to + 1
    }
    if (from < chunk.length) {
      // A copy, because readers may reuse their chunk.
      pending.push(Buffer.from(chunk.subarray(from)))
      held += chunk.length - from
    }
    if (held > MAX_LINE_BYTES) break
  }
  if (held > 0) yield { number: number + 1, bytes: Buffer.concat(pending), ended: false }
}
