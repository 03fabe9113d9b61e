import type { Readable } from 'node:stream'

/** A message that is longer ends the connection: it would have to be held in memory whole. */
const MAX_LINE = 128 * 1024 * 1024

/** Lines end at a line feed and nowhere else: JSON may hold other characters that count as line ends elsewhere. */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let parts: Buffer[] = []
  let length = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end))
      yield lineOf(parts)
      parts = []
      length = 0
      from = end + 1
    }
    parts.push(chunk.subarray(from))
    length += chunk.length - from
    if (length > MAX_LINE) throw new RangeError(`A message is longer than ${MAX_LINE} bytes.`)
  }
  if (length > 0) yield lineOf(parts)
}

function lineOf(parts: readonly Buffer[]): string {
  const text = Buffer.concat(parts).toString('utf8')
  return text.endsWith('\r') ? text.slice(0, -1) : text
}
