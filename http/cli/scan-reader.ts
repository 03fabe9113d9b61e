import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { hash } from 'node:crypto'
import { secretsIn } from '#core/scans/index'
import { callsIn } from '#core/transcripts/index'

/** One tool with one input, whoever used it and when. */
export interface Use {
  /** The same for the same tool and input. */
  readonly key: string
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface Exposed {
  readonly file: string
  readonly pattern: string
  readonly preview: string
}

/** What one file holds. Columns instead of a record for each call: they cross from thread to thread, and those are many. */
export interface FileFound {
  readonly ids: readonly string[]
  /** ISO 8601; null when the recording does not say. */
  readonly ats: readonly (string | null)[]
  readonly sessions: readonly (string | null)[]
  /** By call, the place of its use among all that this reader has told. */
  readonly uses: readonly number[]
  /** Uses that this reader meets for the first time. */
  readonly fresh: readonly Use[]
  /** By fresh use, the place of its call. */
  readonly firsts: readonly number[]
  readonly secrets: readonly Exposed[]
  readonly moreSecrets: number
}

const KEPT_SECRETS = 200
/** Longer keys are kept as a digest. */
const LONG_KEY = 256

/** Reads recordings one after another. Judges nothing, so that a thread that only reads starts at once. */
export class HistoryReader {
  readonly #places = new Map<string, number>()
  #told = 0
  #memory = Buffer.allocUnsafeSlow(1 << 20)

  /** `apart`: each call counts as a use of its own, because the moment matters as well. */
  read(file: string, apart: boolean): FileFound {
    const bytes = this.#bytesOf(file)
    const secrets = exposed(file, bytes)
    // Read whole before any of its uses counts as told.
    const calls = [...callsIn(bytes)]
    const ids: string[] = []
    const ats: (string | null)[] = []
    const sessions: (string | null)[] = []
    const uses: number[] = []
    const fresh: Use[] = []
    const firsts: number[] = []
    for (const { callId, at, sessionId, tool, input } of calls) {
      const key = keyOf(tool, input)
      const known = apart ? undefined : this.#places.get(key)
      if (known === undefined) {
        if (!apart) this.#places.set(key, this.#told)
        fresh.push({ key, tool, input })
        firsts.push(ids.length)
      }
      uses.push(known ?? this.#told++)
      ids.push(callId)
      ats.push(at)
      sessions.push(sessionId)
    }
    const moreSecrets = Math.max(0, secrets.length - KEPT_SECRETS)
    return { ids, ats, sessions, uses, fresh, firsts, secrets: secrets.slice(0, KEPT_SECRETS), moreSecrets }
  }

  /** Into the same memory each time: fresh pages of 1 MB cost more than what is read into them. */
  #bytesOf(file: string): Buffer {
    const descriptor = openSync(file, 'r')
    try {
      const { size } = fstatSync(descriptor)
      if (size > this.#memory.length) this.#memory = Buffer.allocUnsafeSlow(size)
      let length = 0
      while (length < size) {
        const read = readSync(descriptor, this.#memory, length, size - length, length)
        if (read === 0) break
        length += read
      }
      return this.#memory.subarray(0, length)
    } finally {
      closeSync(descriptor)
    }
  }
}

function keyOf(tool: string, input: Use['input']): string {
  const text = JSON.stringify([tool, input])
  return text.length > LONG_KEY ? hash('sha256', text) : text
}

/** Each secret of a file once: histories repeat what was said before. */
function exposed(file: string, bytes: Buffer): Exposed[] {
  const found = new Map<string, Exposed>()
  for (const { pattern, preview } of secretsIn(bytes)) found.set(`${pattern} ${preview}`, { file, pattern, preview })
  return [...found.values()]
}
