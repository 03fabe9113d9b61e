import { schemaState } from '#core/db/index'
import type { Context } from '../kernel/context.ts'
import type { Check } from './schema.ts'

const SLOW_MS = 250

export async function checkDatabase(ctx: Context): Promise<Check[]> {
  const started = performance.now()
  const { pending } = await schemaState(ctx.db)
  const ms = Math.round(performance.now() - started)
  const name = ctx.runtime.handle.engine === 'embedded' ? 'the embedded database' : 'PostgreSQL'
  const answer: Check = {
    id: 'database.answers',
    category: 'database',
    status: ms > SLOW_MS ? 'warn' : 'ok',
    found: `${name} answers in ${ms} ms`,
    ...(ms > SLOW_MS ? { remedy: 'Look at the load of the database, and at the way to it.' } : {}),
  }
  const schema: Check =
    pending.length === 0
      ? { id: 'database.schema', category: 'database', status: 'ok', found: 'the schema is complete' }
      : {
          id: 'database.schema',
          category: 'database',
          status: 'fail',
          found: `not applied: ${pending.join(', ')}`,
          remedy: 'Restart the server, or run: writ migrate',
        }
  return [answer, schema]
}
