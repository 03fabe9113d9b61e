import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { hermesPlugin } from './generate.ts'

/** Loads the plugin as Hermes does, and calls what it registered; a list within the calls is made at once. */
const harness = `
import concurrent.futures, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("writ_plugin", sys.argv[1], submodule_search_locations=[])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
hooks = {}
class Ctx:
    def register_hook(self, name, callback):
        hooks[name] = callback
module.register(Ctx())
if len(sys.argv) > 2:
    module.DEADLINE = float(sys.argv[2])
def run(call):
    if isinstance(call[0], list):
        with concurrent.futures.ThreadPoolExecutor(len(call)) as pool:
            return list(pool.map(run, call))
    return hooks[call[0]](**call[1])
print(json.dumps({"hooks": sorted(hooks), "answers": [run(call) for call in json.load(sys.stdin)]}))
`

export type Answer = { readonly action: string; readonly message: string } | string | null
type Call = readonly [hook: string, fields: object]

interface Answered {
  readonly hooks: readonly string[]
  readonly answers: readonly Answer[]
}

let calls = 0

/** A home of Hermes with the plugin in it, run by the Python on the path. */
export class TestHermes {
  readonly home: string

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'writ-hermes-'))
    for (const [name, { bytes }] of Object.entries(hermesPlugin()))
      this.write(join('.hermes/plugins/writ', name), bytes)
  }

  write(name: string, text: string | Uint8Array): void {
    mkdirSync(dirname(join(this.home, name)), { recursive: true })
    writeFileSync(join(this.home, name), text, { mode: 0o600 })
  }

  connect(connection: { readonly server: string; readonly key: string } & Readonly<Record<string, unknown>>): void {
    const whole = { wait: 0, on_unavailable: 'deny', ...connection }
    this.write('.writ/hosts/hermes/connection.json', JSON.stringify(whole))
  }

  async run(calls: readonly (Call | readonly Call[])[], deadline?: number): Promise<Answered> {
    const args = ['-c', harness, join(this.home, '.hermes/plugins/writ/__init__.py')]
    if (deadline !== undefined) args.push(String(deadline))
    const env = { PATH: process.env['PATH'] ?? '', HOME: this.home, http_proxy: 'http://127.0.0.1:9' }
    const child = spawn('python3', args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stdin.end(JSON.stringify(calls))
    await once(child, 'close')
    return JSON.parse(text) as Answered
  }

  /** What Hermes sends about a command of its shell. */
  shell(command: string) {
    return {
      tool_name: 'terminal',
      args: { command },
      task_id: 't',
      session_id: 's',
      tool_call_id: `c${(calls += 1)}`,
      telemetry_schema_version: 2,
    }
  }

  async ask(command: string, deadline?: number): Promise<Answer | undefined> {
    return (await this.run([['pre_tool_call', this.shell(command)]], deadline)).answers[0]
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}
