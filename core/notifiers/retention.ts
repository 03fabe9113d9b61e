import { deleteBefore } from '../db/index.ts'
import type { Runtime } from '../kernel/runtime.ts'

/** Longer than any approval waits, as a button is taken for what was told. */
const KEPT_MS = 35 * 86_400_000

/** Forgets what was told and is over for long; what is pending stays. */
export async function sweepNotifications(runtime: Runtime): Promise<void> {
  await deleteBefore(runtime.db, 'notification', new Date(runtime.now().getTime() - KEPT_MS))
  const { db, now } = runtime
  await db.deleteFrom('telegram_link_code').where('expires_at', '<', now()).execute()
}
