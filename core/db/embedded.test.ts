import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { openDatabase } from './open.ts'

const writer = fileURLToPath(new URL('./crash-writer.ts', import.meta.url))
const options = ['--conditions=writ-source', '--no-warnings']
const places: string[] = []
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const path of places.splice(0)) rmSync(path, { recursive: true, force: true })
})

function place(): string {
  const path = mkdtempSync(join(tmpdir(), 'writ-embedded-'))
  places.push(path)
  return path
}

/** Another process that owns the directory and writes into it. */
async function otherOwner(dataDir: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...options, writer, 'embedded', dataDir, '100'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break
  child.stdout.resume()
  return child
}

test('a second process is refused at once and told who the owner is', async () => {
  const dataDir = place()
  const owner = await otherOwner(dataDir)
  const started = performance.now()
  await expect(openDatabase({ dataDir })).rejects.toThrow(
    `The data directory ${dataDir} is in use by process ${owner.pid}.`,
  )
  expect(performance.now() - started).toBeLessThan(500)
})

test('a second open in the owning process is refused too, and does not give the directory away', async () => {
  const dataDir = place()
  const handle = await openDatabase({ dataDir })
  await expect(openDatabase({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`)
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}
    await openDatabase({ dataDir: process.argv[1] }).catch((e) => console.log(e.message))
    process.exit()`
  const said = execFileSync(process.execPath, [...options, '--input-type=module', '-e', script, dataDir], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
  })
  expect(said).toContain(`in use by process ${process.pid}`)
  await handle.close()
})

test('the directory is free as soon as its owner is killed, and nothing written is gone', async () => {
  const dataDir = place()
  const owner = await otherOwner(dataDir)
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  const handle = await openDatabase({ dataDir })
  const { rows } = await handle.query<{ gaps: number }>('SELECT max(id) - count(*) AS gaps FROM crash_row')
  // Four writers: the last few numbers may have been in flight in any order.
  expect(rows[0]?.gaps ?? 0).toBeLessThan(4)
  await handle.close()
})

test(
  'of several processes that open one new directory at once, one becomes the owner',
  { timeout: 60_000 },
  async () => {
    const dataDir = place()
    const script = `
    import { openDatabase } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}
    try { await openDatabase({ dataDir: process.argv[1] }); console.log('owner') } catch (e) { console.log(e.code, e.message); process.exit() }
    process.stdin.resume()`
    const first = Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, [...options, '--input-type=module', '-e', script, dataDir], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      children.push(child)
      const [line] = await once(createInterface({ input: child.stdout }), 'line')
      return line as string
    })
    const said = await Promise.all(first)
    expect(said.filter((line) => line === 'owner')).toHaveLength(1)
    expect(said.filter((line) => line.includes('is in use by'))).toHaveLength(3)
  },
)

test('a first start that was interrupted is started over', async () => {
  const dataDir = place()
  mkdirSync(join(dataDir, 'cluster.unpacking'))
  writeFileSync(join(dataDir, 'cluster.unpacking', 'PG_VERSION'), 'half')
  const handle = await openDatabase({ dataDir })
  await handle.ping()
  await handle.close()
  expect(readdirSync(dataDir).sort()).toEqual(['cluster', 'owner.lock', 'owner.pid'])
})

test('what was committed is there after a close', async () => {
  const dataDir = place()
  const first = await openDatabase({ dataDir })
  await first.query('CREATE TABLE thing AS SELECT 7 AS x')
  await first.close()
  const second = await openDatabase({ dataDir })
  expect((await second.query('SELECT x FROM thing')).rows).toEqual([{ x: 7 }])
  await second.close()
})

test('a damaged directory is an error of one line, not a screen of source', async () => {
  const dataDir = place()
  await (await openDatabase({ dataDir })).close()
  writeFileSync(join(dataDir, 'cluster', 'global', 'pg_control'), 'nothing')
  const failure = await openDatabase({ dataDir }).catch((thrown: unknown) => thrown)
  expect(failure).toMatchObject({ code: 'unavailable' })
  expect((failure as Error).message.length).toBeLessThan(400)
})

/** A file system of its own needs a user namespace; some systems forbid it. */
function ownMounts(): boolean {
  try {
    execFileSync('unshare', ['-rm', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs the writer on a file system mounted with `options` until it stops, and returns what it printed. */
async function writeOn(mount: string, dataDir: string): Promise<string[]> {
  const node = [process.execPath, ...options, writer, 'embedded', `${dataDir}/data`, '20000']
  const child = spawn('unshare', ['-rm', 'sh', '-c', `${mount} && exec "$@"`, 'sh', ...node], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) lines.push(line)
  return lines
}

test.runIf(ownMounts())(
  'a full disk stops the writing, keeps what was acknowledged, and is told',
  { timeout: 60_000 },
  async () => {
    const dataDir = place()
    const script = `mount -t tmpfs -o size=48m tmpfs ${dataDir}`
    const lines = await writeOn(script, dataDir)
    const acknowledged = lines.filter((line) => Number.isInteger(Number(line))).length
    expect(acknowledged).toBeGreaterThan(50)
    expect(lines.at(-1)).toBe('The database is not available.')
  },
)

test.runIf(ownMounts())('a read-only directory is refused with a sentence', async () => {
  const dataDir = place()
  const handle = await openDatabase({ dataDir: join(dataDir, 'data') })
  await handle.close()
  const script = `mount --bind ${dataDir} ${dataDir} && mount -o remount,bind,ro ${dataDir}`
  const lines = await writeOn(`${script} && exec 2>&1`, dataDir)
  expect(lines.join('\n')).toContain(`The data directory ${dataDir}/data cannot be written`)
})
