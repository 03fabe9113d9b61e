import type { Context } from '../kernel/context.ts'
import { checkAuth } from './check-auth.ts'
import { checkConfig } from './check-config.ts'
import { checkDatabase } from './check-database.ts'
import { checkDeployment } from './check-deployment.ts'
import { checkGovernance } from './check-governance.ts'
import { checkHosts } from './check-hosts.ts'
import { checkLedger } from './check-ledger.ts'
import type { CATEGORIES, Check, Diagnosis } from './schema.ts'

type Category = (typeof CATEGORIES)[number]

const checks: Readonly<Record<Category, (ctx: Context) => Check[] | Promise<Check[]>>> = {
  database: checkDatabase,
  config: checkConfig,
  auth: checkAuth,
  deployment: checkDeployment,
  governance: checkGovernance,
  ledger: checkLedger,
  hosts: checkHosts,
}

/** Runs the checks of these categories side by side. One that cannot be made is a failed check, not a failed answer. */
export async function diagnose(ctx: Context, categories: readonly Category[]): Promise<Diagnosis> {
  const found = await Promise.all(categories.map((category) => made(ctx, category)))
  const all = found.flat()
  const has = (status: Check['status']): boolean => all.some((check) => check.status === status)
  return {
    status: has('fail') ? 'unhealthy' : has('warn') ? 'degraded' : 'healthy',
    checks: all,
    checked_at: ctx.now().toISOString(),
  }
}

async function made(ctx: Context, category: Category): Promise<Check[]> {
  try {
    return await checks[category](ctx)
  } catch (error) {
    ctx.log.error({ err: error, category }, 'a check could not be made')
    const remedy = 'See the log of the server.'
    return [{ id: category, category, status: 'fail', found: 'the check could not be made', remedy }]
  }
}
