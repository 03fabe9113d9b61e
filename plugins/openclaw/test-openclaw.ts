import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openclawPlugin } from './generate.ts'

/** Registers the plugin and the hook as OpenClaw does, and calls what was registered; a list within the calls is made at once. */
const harness = `
const [, , file, limit] = process.argv
const timeout = AbortSignal.timeout.bind(AbortSignal)
if (limit) AbortSignal.timeout = (ms) => timeout(Math.min(ms, Number(limit)))
const hooks = {}
const api = {
  on: (name, run) => (hooks[name] = run),
  registerAgentToolResultMiddleware: (run, { runtimes }) => (hooks.tool_result = run, hooks.runtimes = runtimes.join()),
}
const { default: entry } = await import(file)
entry.register(api)
const names = Object.keys(hooks)
hooks.session = (await import(new URL('hooks/writ-sessions/handler.js', 'file://' + file))).default
let text = ''
for await (const chunk of process.stdin) text += chunk
const run = async (call) =>
  Array.isArray(call[0]) ? Promise.all(call.map(run)) : ((await hooks[call[0]](call[1], call[2])) ?? null)
const answers = []
for (const call of JSON.parse(text)) answers.push(await run(call))
process.stdout.write(JSON.stringify({ hooks: names, answers }))
`

export interface Blocked {
  readonly block: boolean
  readonly blockReason: string
}
type Call = readonly [hook: string, event: object, context?: object]

interface Answered {
  readonly hooks: readonly string[]
  readonly answers: readonly unknown[]
}

let calls = 0

/** A home with the plugin in it, run by this Node. */
export class TestOpenClaw {
  readonly home: string

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'writ-openclaw-'))
    for (const [name, { bytes }] of Object.entries(openclawPlugin())) this.write(join('plugin', name), bytes)
    this.write('harness.mjs', harness)
    const sdk = { name: 'openclaw', type: 'module', exports: { './plugin-sdk/plugin-entry': './entry.mjs' } }
    this.write('plugin/node_modules/openclaw/package.json', JSON.stringify(sdk))
    this.write('plugin/node_modules/openclaw/entry.mjs', 'export const definePluginEntry = (entry) => entry\n')
  }

  write(name: string, text: string | Uint8Array): void {
    mkdirSync(dirname(join(this.home, name)), { recursive: true })
    writeFileSync(join(this.home, name), text, { mode: 0o600 })
  }

  connect(connection: { readonly server: string; readonly key: string } & Readonly<Record<string, unknown>>): void {
    const whole = { wait: 0, on_unavailable: 'deny', ...connection }
    this.write('.writ/hosts/openclaw/connection.json', JSON.stringify(whole))
  }

  async run(all: readonly (Call | readonly Call[])[], limit?: number): Promise<Answered> {
    const args = [
      join(this.home, 'harness.mjs'),
      join(this.home, 'plugin/index.mjs'),
      ...(limit ? [String(limit)] : []),
    ]
    const env = { PATH: '/nonexistent', HOME: this.home, http_proxy: 'http://127.0.0.1:9' }
    const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stdin.end(JSON.stringify(all))
    await once(child, 'close')
    return JSON.parse(text) as Answered
  }

  /** What OpenClaw tells a hook about a command of its shell. */
  shell(command: string) {
    return { toolName: 'exec', params: { command }, toolCallId: `call_${(calls += 1)}`, runId: 'r' }
  }

  async ask(command: string, limit?: number): Promise<Blocked | null> {
    const { answers } = await this.run([['before_tool_call', this.shell(command), { sessionId: 's' }]], limit)
    return answers[0] as Blocked | null
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}
