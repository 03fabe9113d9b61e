import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { testDatabase, testEngine, type TestDatabase } from '../testing/database.ts'
import { migrate, schemaState, type Migration } from './migrate.ts'
import { migrations } from './migrations.gen.ts'

const open: TestDatabase[] = []
afterEach(async () => {
  for (const database of open.splice(0)) await database.close()
})
async function database(): Promise<TestDatabase> {
  const made = await testDatabase()
  open.push(made)
  return made
}

const extra = (id: string, statement: string): Migration => ({
  id,
  up: async (db) => void (await sql.raw(statement).execute(db)),
})

test('a second run does nothing', async () => {
  const { handle } = await database()
  expect(await migrate(handle)).toEqual([])
  expect(await schemaState(handle.db)).toMatchObject({ pending: [], unknown: [] })
})

test('only what is new runs, in order', async () => {
  const { handle } = await database()
  const added = [
    extra('9001_first', 'CREATE TABLE first (id int)'),
    extra('9002_second', 'ALTER TABLE first ADD x int'),
  ]
  expect(await migrate(handle, [...migrations, ...added])).toEqual(['9001_first', '9002_second'])
})

test('a failing migration leaves nothing of itself', async () => {
  const { handle } = await database()
  const bad = extra('9001_bad', 'CREATE TABLE half (id int); SELECT 1 / 0')
  await expect(migrate(handle, [...migrations, bad])).rejects.toThrow('division by zero')
  const { rows } = await handle.query(`SELECT to_regclass('half') AS half`)
  expect(rows).toEqual([{ half: null }])
  expect((await schemaState(handle.db)).unknown).toEqual([])
})

test('a schema of a newer version is refused with both sides named, and stays as it is', async () => {
  const { handle } = await database()
  await handle.query(`INSERT INTO schema_migration (id) VALUES ('9999_future')`)
  await expect(migrate(handle, [...migrations, extra('9001_mine', 'CREATE TABLE mine (id int)')])).rejects.toThrow(
    /9999_future.*9001_mine/,
  )
  const { rows } = await handle.query(`SELECT to_regclass('mine') AS mine`)
  expect(rows).toEqual([{ mine: null }])
})

/** Runs `migrate` in a process of its own against `url` and resolves with the ids it says it ran. */
async function migrateElsewhere(url: string): Promise<string[]> {
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}
    import { migrate } from ${JSON.stringify(new URL('./migrate.ts', import.meta.url).href)}
    const handle = await openDatabase({ url: process.argv[1] })
    const slow = { id: '9001_slow', up: async (db) => { await db.executeQuery({ sql: 'SELECT pg_sleep(0.5); CREATE TABLE slow (id int)', parameters: [], query: { kind: 'RawNode' } }) } }
    const { migrations } = await import(${JSON.stringify(new URL('./migrations.gen.ts', import.meta.url).href)})
    process.stdout.write(JSON.stringify(await migrate(handle, [...migrations, slow])))
    await handle.close()`
  const child = spawn(process.execPath, ['--conditions=writ-source', '--input-type=module', '-e', script, url], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await once(child, 'close')
  return JSON.parse(said)
}

test.runIf(testEngine() === 'postgres')('of two processes that start at once exactly one migrates', async () => {
  const { url } = await database()
  if (url === undefined) throw new Error('the test needs a server')
  const ran = await Promise.all([migrateElsewhere(url), migrateElsewhere(url)])
  expect(ran.flat()).toEqual(['9001_slow'])
})
