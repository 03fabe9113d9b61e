export interface Frame {
  readonly event: string
  readonly data: string
}

/** Complete frames of an event stream (LF line ends), as they arrive. Frames without event or data are left out. */
export async function* framesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      rest += decoder.decode(value, { stream: true })
      const parts = rest.split('\n\n')
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const frame = frameOf(part)
        if (frame.event !== '' && frame.data !== '') yield frame
      }
    }
  } finally {
    // A reader that stops early leaves the connection open otherwise.
    await reader.cancel().catch(() => undefined)
  }
}

function frameOf(text: string): Frame {
  let event = ''
  let data = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice('event: '.length)
    else if (line.startsWith('data: ')) data += line.slice('data: '.length)
  }
  return { event, data }
}
