import { deleteBefore } from '../db/index.ts'
import type { Runtime } from '../kernel/runtime.ts'

/** A session that goes on repeats its answers; one that rests for longer counts them anew. */
const KEPT_MS = 180 * 24 * 3_600_000

export async function sweepUsage(runtime: Runtime): Promise<void> {
  await deleteBefore(runtime.db, 'host_usage', new Date(runtime.now().getTime() - KEPT_MS))
}
