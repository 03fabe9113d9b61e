import type { Outcome } from './scan-judge.ts'
import type { FileFound } from './scan-reader.ts'

/** What a thread says of one file. */
export interface FileSays {
  /** The place of the file in the list. */
  readonly file: number
  /** Null: it could not be read, and `problem` says why. */
  readonly found: FileFound | null
  readonly problem: string | null
  /** By fresh use the answer to it, where the thread that read the file judged it as well. */
  readonly judged: readonly (Outcome | null)[] | null
}

/** Uses that wait to be judged: with so many of them it is worth it that every thread loads the policies. */
const MANY = 1000

/** What all threads of a scan share: which file is next, and how much waits to be judged. */
export class SharedWork {
  readonly memory: SharedArrayBuffer
  readonly #numbers: Int32Array

  constructor(memory = new SharedArrayBuffer(12)) {
    this.memory = memory
    this.#numbers = new Int32Array(memory)
  }

  /** The place of a file that no other thread takes. */
  takeFile(): number {
    return Atomics.add(this.#numbers, 0, 1)
  }

  /** More uses wait, or fewer. */
  wait(uses: number): void {
    Atomics.add(this.#numbers, 1, uses)
  }

  get isBehind(): boolean {
    return this.isApart || Atomics.load(this.#numbers, 1) >= MANY
  }

  /** Policies look at the time or the session: each call is judged on its own, by whoever reads it. */
  get isApart(): boolean {
    return Atomics.load(this.#numbers, 2) === 1
  }

  judgeApart(): void {
    Atomics.store(this.#numbers, 2, 1)
  }
}
