import { createParser } from 'eventsource-parser'

export interface StreamEnd {
  /** Where a later request can go on; undefined when the server gives no places. */
  readonly lastEventId: string | undefined
  readonly retryMs: number | undefined
}

/** As long as a message on standard input may be. */
const MAX_MESSAGE = 128 * 1024 * 1024

/** Hands over the data of each event until the stream ends; a stream that breaks off ends too. */
export async function readEvents(body: ReadableStream<Uint8Array>, onData: (data: string) => void): Promise<StreamEnd> {
  let lastEventId: string | undefined
  let retryMs: number | undefined
  const parser = createParser({
    maxBufferSize: MAX_MESSAGE,
    onEvent: ({ id, event, data }) => {
      if (id !== undefined) lastEventId = id
      if (data !== '' && (event === undefined || event === 'message')) onData(data)
    },
    onRetry: (ms) => void (retryMs = ms),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error
    },
  })
  const decoder = new TextDecoder()
  try {
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>)
      parser.feed(decoder.decode(chunk, { stream: true }))
  } catch {
    // Told by what is missing.
  }
  return { lastEventId, retryMs }
}

/** JSON holds line breaks between its tokens only, where a space says the same. */
export const oneLine = (json: string): string => json.trim().replaceAll(/[\r\n]+/g, ' ')
