import { started, version } from '#core/system/index'
import type { Context } from '../kernel/context.ts'
import type { Check } from './schema.ts'

const HOUR_MS = 3_600_000

export function checkDeployment(ctx: Context): Check[] {
  const hours = Math.floor((ctx.now().getTime() - ctx.runtime.use(started).getTime()) / HOUR_MS)
  const found = `Writ ${version}, running for ${hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`}`
  return [{ id: 'deployment.version', category: 'deployment', status: 'ok', found }]
}
