import { EgressError } from './egress-error.ts'

/** Passes a body through until `maxBytes`, then fails it and lets the connection go. */
export function cappedBody(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  explain: (thrown: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let seen = 0
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        seen += value.byteLength
        if (seen > maxBytes) throw new EgressError('size', `The answer is larger than ${maxBytes} bytes.`)
        return controller.enqueue(value)
      } catch (thrown) {
        controller.error(explain(thrown))
        await reader.cancel().catch(() => undefined)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
