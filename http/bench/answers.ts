export interface Answer {
  readonly status: number
  /** The body as text, decoded only when asked for. */
  readonly body: () => string
}

const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n')

/** Cuts a connection's bytes into answers; knows `Content-Length` and chunked bodies, which is what servers send here. */
export class Answers {
  readonly #each: (answer: Answer) => void
  #held: Buffer | undefined

  constructor(each: (answer: Answer) => void) {
    this.#each = each
  }

  take(bytes: Buffer): void {
    let left = this.#held ? Buffer.concat([this.#held, bytes]) : bytes
    this.#held = undefined
    while (left.length > 0) {
      const length = answerLength(left)
      if (length === undefined || length > left.length) {
        this.#held = left
        return
      }
      const whole = left.subarray(0, length)
      left = left.subarray(length)
      this.#each({ status: Number(whole.toString('latin1', 9, 12)), body: () => bodyOf(whole) })
    }
  }
}

/** Bytes of the first answer, `undefined` while that cannot be known yet. */
function answerLength(bytes: Buffer): number | undefined {
  const head = bytes.indexOf(HEAD_END)
  if (head < 0) return undefined
  const text = bytes.toString('latin1', 0, head)
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
  if (length !== undefined) return head + HEAD_END.length + Number(length)
  if (!/\r\ntransfer-encoding: *chunked/i.test(text)) return head + HEAD_END.length
  // An empty body has no line break of its own before its last chunk: start at the one that ends the head.
  const last = bytes.indexOf(LAST_CHUNK, head + 2)
  return last < 0 ? undefined : last + LAST_CHUNK.length
}

function bodyOf(whole: Buffer): string {
  const start = whole.indexOf(HEAD_END) + HEAD_END.length
  const chunked = /\r\ntransfer-encoding: *chunked/i.test(whole.toString('latin1', 0, start))
  if (!chunked) return whole.toString('utf8', start)
  const parts: Buffer[] = []
  for (let at = start; ;) {
    const line = whole.indexOf('\r\n', at)
    const size = Number.parseInt(whole.toString('latin1', at, line), 16)
    if (!(size > 0)) return Buffer.concat(parts).toString('utf8')
    parts.push(whole.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}
