import { deleteBefore } from '../db/index.ts'
import type { Runtime } from '../kernel/runtime.ts'

const KEPT_MS = 24 * 3_600_000

/** Deletes events older than a day: streams resume from them, nothing else needs them. */
export async function sweepEvents(runtime: Runtime): Promise<void> {
  await deleteBefore(runtime.db, 'event', new Date(runtime.now().getTime() - KEPT_MS))
}
