import { randomBytes } from 'node:crypto'
import { openDatabase } from './open.ts'

/**
 * A process that commits rows one after another, four at a time, and prints each number once it is acknowledged; made to
 * be killed. Arguments: `postgres` or `embedded`, the url or directory, bytes per row.
 */
const [engine, place, bytes] = process.argv.slice(2)
const handle = await openDatabase(engine === 'postgres' ? { url: place } : { dataDir: place })
await handle.query('CREATE TABLE IF NOT EXISTS crash_row (id int8 PRIMARY KEY, note text NOT NULL)')
const { rows } = await handle.query<{ next: number }>('SELECT coalesce(max(id), 0) + 1 AS next FROM crash_row')
let next = rows[0]?.next ?? 1

async function write(): Promise<void> {
  for (;;) {
    const id = next++
    await handle.query('INSERT INTO crash_row VALUES ($1, $2)', [id, randomBytes(Number(bytes) / 2).toString('hex')])
    process.stdout.write(`${id}\n`)
  }
}

process.stdout.write('ready\n')
try {
  await Promise.all([write(), write(), write(), write()])
} catch (thrown) {
  process.stdout.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  process.exit(3)
}
