/** One received block of an event stream. */
export interface Received {
  readonly id: string | null
  readonly event: string | null
  readonly data: Record<string, unknown>
}

export interface StreamReader {
  readonly response: Response
  /** Raw text so far. */
  text(): string
  /** The next block that is no comment. */
  next(): Promise<Received>
  /** Everything up to the end of the stream. */
  rest(): Promise<Received[]>
  close(): void
}

/** Reads a stream the way the contract's SDK does: blocks end at an empty line, lines at LF alone. */
export async function openStream(url: string, headers: Record<string, string>): Promise<StreamReader> {
  const controller = new AbortController()
  const response = await fetch(url, { headers, signal: controller.signal })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) throw new Error('The answer has no body.')
  let all = ''
  let buffer = ''
  const read = async (): Promise<Received | undefined> => {
    for (;;) {
      const end = buffer.indexOf('\n\n')
      if (end >= 0) {
        const block = buffer.slice(0, end)
        buffer = buffer.slice(end + 2)
        if (!block.startsWith(':')) return parse(block)
        continue
      }
      const { value, done } = await reader.read()
      if (done) return undefined
      all += value
      buffer += value
    }
  }
  return {
    response,
    text: () => all,
    next: async () => (await read()) ?? Promise.reject(new Error('The stream ended.')),
    rest: async () => {
      const received: Received[] = []
      for (let one = await read(); one; one = await read()) received.push(one)
      return received
    },
    close: () => controller.abort(),
  }
}

function parse(block: string): Received {
  const field = (name: string): string | null => {
    const line = block.split('\n').find((one) => one.startsWith(`${name}: `))
    return line === undefined ? null : line.slice(name.length + 2)
  }
  return { id: field('id'), event: field('event'), data: JSON.parse(field('data') ?? '{}') as Record<string, unknown> }
}
