/**
 * `npm run try:scan`: `writ scan` beside `ccusage`, which reads the same histories to count tokens: whole processes on
 * one made-up tree of 100 MB, in turns: seconds by the clock, and of processors. Uses the built program, so run `npm run build` first.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `npm run try:scan -- 1000` for a larger tree, in which starting counts for less. */
const MEGABYTES = Number(process.argv[2] ?? 100)
const ROUNDS = 7
const CALLS = 120
const commands = ['git status', 'npm test', 'git push --force', 'rm -rf dist', 'rm -rf /', 'grep -rn x src', 'ls -la']
const prose = 'The build failed because a field of the answer was missing, so the parser gave up at once. '.repeat(40)

function session(number: number): string {
  const lines: string[] = []
  for (let n = 0; n < CALLS; n += 1) {
    const at = new Date(Date.UTC(2026, 9, 1) + number * 3_600_000 + n * 1000).toISOString()
    const id = `${number}_${n}`
    const base = {
      parentUuid: null,
      isSidechain: false,
      cwd: '/home/me/p',
      sessionId: `s-${number}`,
      version: '2.1.330',
      timestamp: at,
    }
    const usage = {
      input_tokens: 100 + n,
      cache_creation_input_tokens: 10,
      cache_read_input_tokens: 1000,
      output_tokens: 200,
    }
    const message = { id: `msg_${id}`, type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', usage }
    const input = { command: `${commands[n % commands.length]} # ${n}`, description: 'as asked' }
    const blocks = [
      { type: 'text', text: prose.slice(0, 600) },
      { type: 'tool_use', id: `toolu_${id}`, name: 'Bash', input },
    ]
    for (const block of blocks) {
      lines.push(
        JSON.stringify({
          ...base,
          type: 'assistant',
          requestId: `req_${id}`,
          message: { ...message, content: [block] },
        }),
      )
    }
    const result = { type: 'tool_result', tool_use_id: `toolu_${id}`, content: prose + prose.slice(0, (n * 37) % 3000) }
    lines.push(JSON.stringify({ ...base, type: 'user', message: { role: 'user', content: [result] } }))
  }
  return `${lines.join('\n')}\n`
}

function makeTree(home: string): number {
  let bytes = 0
  for (let number = 0; bytes < MEGABYTES * 1e6; number += 1) {
    const folder = join(home, '.claude/projects', `-home-me-p${number % 20}`)
    mkdirSync(folder, { recursive: true })
    const text = session(number)
    writeFileSync(join(folder, `s-${number}.jsonl`), text)
    bytes += Buffer.byteLength(text)
  }
  return bytes
}

interface Seconds {
  readonly wall: number
  readonly cpu: number
}

/** Of the whole process. The shell that starts it tells what its children used. */
function timed(command: readonly string[], home: string): Seconds {
  const started = performance.now()
  const env = { PATH: process.env['PATH'], HOME: home, NO_COLOR: '1' }
  const shell = ['-c', '"$@" > /dev/null || exit; times', 'sh', ...command]
  const { status, stdout, stderr } = spawnSync('/bin/sh', shell, { env })
  if (status !== 0) throw new Error(`${command[1]} ended with ${status}: ${stderr.toString().slice(0, 500)}`)
  const wall = (performance.now() - started) / 1000
  const [, children = ''] = stdout.toString().split('\n')
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0)
  return { wall, cpu }
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN
const writ = fileURLToPath(new URL('bin.mjs', import.meta.url))
if (!existsSync(fileURLToPath(new URL('../../dist/scan/scan-main.js', import.meta.url))))
  throw new Error('Run npm run build first.')

const home = mkdtempSync(join(tmpdir(), 'writ-try-scan-'))
try {
  const bytes = makeTree(home)
  const packages = ['ccusage', `@ccusage/ccusage-${process.platform}-${process.arch}`]
  const install = [
    'install',
    '--prefix',
    join(home, 'other'),
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
    ...packages,
  ]
  if (spawnSync('npm', install, { stdio: 'inherit' }).status !== 0) throw new Error('npm could not install ccusage.')
  const ccusage = join(home, 'other/node_modules/ccusage/src/cli.js')
  const ours: Seconds[] = []
  const theirs: Seconds[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(timed([process.execPath, ccusage, 'daily', '--offline', '--json'], home))
    ours.push(timed([process.execPath, writ, 'scan', '--json'], home))
  }
  const wall = (all: readonly Seconds[]): number => median(all.map((one) => one.wall))
  const told = (all: readonly Seconds[]): string =>
    `${(bytes / 1e6 / wall(all)).toFixed(0)} MB/s (${wall(all).toFixed(2)} s, CPU ${median(all.map(({ cpu }) => cpu)).toFixed(2)} s)`
  process.stdout.write(
    `ccusage ${told(theirs)}, writ scan ${told(ours)}: ${(wall(theirs) / wall(ours)).toFixed(2)} ×\n`,
  )
} finally {
  rmSync(home, { recursive: true, force: true })
}
