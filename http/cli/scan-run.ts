import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Decision, PolicyRow } from '#core/policies/index'
import type { History } from './scan-files.ts'
import { byRisk, type Exposed, type Found, type Risky } from './scan-judge.ts'
import type { ScanSays, ScanStart } from './scan-worker.ts'

export interface ScanTotal {
  readonly files: number
  readonly bytes: number
  readonly calls: number
  readonly counts: Record<'allow' | 'warn' | 'require_approval' | 'block', number>
  /** The riskiest first; the same act done again is told once, with how often. */
  readonly risky: readonly (Risky & { readonly times: number })[]
  readonly secrets: readonly Exposed[]
  readonly moreSecrets: number
  /** One sentence for each file that could not be read. */
  readonly problems: readonly string[]
}

const KEPT = 100
const MAX_WORKERS = 8
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './scan-worker.ts' : './scan-worker.js', import.meta.url)

/** Judges recordings on every core, without a server. `progress` is told the bytes that are done. */
export async function scanHistories(
  histories: readonly History[],
  rows: readonly PolicyRow[],
  progress: (done: number) => void,
): Promise<ScanTotal> {
  const total = new Sum()
  const left = [...histories].toReversed()
  const sizes = new Map(histories.map(({ path, bytes }) => [path, bytes]))
  const count = Math.min(MAX_WORKERS, availableParallelism(), histories.length)
  const told = ({ file, found, problem }: ScanSays): void => {
    if (file === null) return
    total.add(file, sizes.get(file) ?? 0, found, problem)
    progress(total.bytes)
  }
  await Promise.all(Array.from({ length: count }, () => work({ rows }, () => left.pop()?.path, told)))
  return total.result()
}

/** One worker, sent a file whenever it is done with the last. */
function work(start: ScanStart, next: () => string | undefined, told: (says: ScanSays) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile, { workerData: start })
    worker.on('message', (says: ScanSays) => {
      told(says)
      const file = next()
      if (file === undefined) void worker.terminate().then(() => resolve())
      else worker.postMessage(file, [])
    })
    worker.on('error', reject)
  })
}

class Sum {
  bytes = 0
  #files = 0
  #more = 0
  readonly #decisions = new Map<string, Decision>()
  readonly #risky = new Map<string, Risky>()
  #secrets: Exposed[] = []
  readonly #problems: string[] = []

  add(file: string, bytes: number, found: Found | null, problem: string | null): void {
    this.bytes += bytes
    if (found === null) {
      this.#problems.push(`${file}: ${problem ?? 'it could not be read'}`)
      return
    }
    this.#files += 1
    for (const [id, decision] of found.decisions) this.#decisions.set(id, decision)
    for (const one of found.risky) this.#risky.set(one.id, one)
    this.#secrets.push(...found.secrets.slice(0, Math.max(0, 1000 - this.#secrets.length)))
    this.#more += found.moreSecrets
  }

  result(): ScanTotal {
    const counts = { allow: 0, warn: 0, require_approval: 0, block: 0 }
    for (const decision of this.#decisions.values()) counts[decision] += 1
    return {
      files: this.#files,
      bytes: this.bytes,
      calls: this.#decisions.size,
      counts,
      risky: grouped([...this.#risky.values()]),
      secrets: this.#secrets,
      moreSecrets: this.#more,
      problems: this.#problems,
    }
  }
}

function grouped(all: readonly Risky[]): ScanTotal['risky'] {
  const groups = Map.groupBy(all.toSorted(byRisk), ({ tool, summary }) => `${tool} ${summary}`)
  return [...groups.values()]
    .flatMap((same) => same.slice(0, 1).map((first) => ({ ...first, times: same.length })))
    .slice(0, KEPT)
}
