/** Reads an answer's body up to `maxBytes`. Throws when it is longer; the connection is let go. */
export async function readCapped(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return ''
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body as ReadableStream<Uint8Array>) {
    size += part.byteLength
    if (size > maxBytes) throw new Error(`its answer is longer than ${maxBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
