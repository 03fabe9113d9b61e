import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { ScriptedModel, Step } from '../witness/scripted-model.ts'
import type { TestSystem } from './test-system.ts'

export const CLIENTS = ['claude', 'codex'] as const
export type ClientName = (typeof CLIENTS)[number]

/** Folders in which the clients are looked for: `WRIT_TEST_CLIENTS` (a folder of npm), else where programs are. */
export function searched(): string {
  const own = process.env['WRIT_TEST_CLIENTS']
  return own === undefined ? (process.env['PATH'] ?? '') : join(own, 'node_modules', '.bin')
}

/** The version of an installed client; null when there is none. */
export function versionOf(name: ClientName | 'openclaw'): string | null {
  const { stdout, status } = spawnSync(name, ['--version'], {
    env: { PATH: `${searched()}${delimiter}${process.env['PATH']}` },
  })
  return status === 0 ? (/\d[\d.]+/.exec(stdout.toString())?.[0] ?? null) : null
}

export const bash = (command: string): Step => ({ tool: 'Bash', input: { command, description: 'as asked' } })

/** A real client in a home of its own, with a model that follows a script. */
export class TestClient {
  readonly name: ClientName
  readonly home: string
  readonly project: string
  readonly #model: ScriptedModel
  readonly #system: TestSystem | undefined

  constructor(name: ClientName, model: ScriptedModel, system?: TestSystem) {
    this.name = name
    this.#system = system
    this.#model = model
    // Codex refuses to work below the system's temporary folder.
    this.home = mkdtempSync(join(process.platform === 'linux' ? '/var/tmp' : tmpdir(), `writ-${name}-`))
    this.project = join(this.home, 'project')
    for (const folder of [this.project, join(this.home, '.claude'), join(this.home, '.codex')]) mkdirSync(folder)
    if (name === 'codex') writeFileSync(join(this.home, '.codex/config.toml'), this.#codexConfig())
  }

  #codexConfig(): string {
    return [
      'model = "gpt-5.2-codex"',
      'model_provider = "test"',
      '[model_providers.test]',
      'name = "test"',
      `base_url = "${this.#model.url}/v1"`,
      'wire_api = "responses"',
      'env_key = "TEST_KEY"',
      '',
    ].join('\n')
  }

  get env(): NodeJS.ProcessEnv {
    return {
      PATH: `${searched()}${delimiter}${process.env['PATH']}`,
      HOME: this.home,
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      CLAUDE_CONFIG_DIR: join(this.home, '.claude'),
      CODEX_HOME: join(this.home, '.codex'),
      ANTHROPIC_BASE_URL: this.#model.url,
      ANTHROPIC_API_KEY: 'none',
      TEST_KEY: 'none',
      // Claude Code bypasses permissions for the superuser only inside a sandbox, which a machine for tests is.
      IS_SANDBOX: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }
  }

  /** One session in which the model runs these commands; answers what the client printed. */
  async run(commands: readonly string[], more: readonly string[] = []): Promise<string> {
    return this.play(commands.map(bash), more)
  }

  /** The same for calls of any tool. */
  async play(steps: readonly Step[], more: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
    this.#model.play(steps)
    const args =
      this.name === 'claude'
        ? ['-p', 'go', '--allowedTools', 'Bash', '--output-format', 'stream-json', '--verbose', ...more]
        : ['exec', '--skip-git-repo-check', '--json', '--dangerously-bypass-approvals-and-sandbox', ...more, 'go']
    return (await this.start(this.name, args, env)).said
  }

  /** A program as this person starts it. */
  async start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const [file, all] = this.#system?.within(program, args) ?? [program, [...args]]
    const child = spawn(file, all, {
      env: { ...this.env, ...env },
      cwd: this.project,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, said }
  }

  /** Hook entries as this client reads them, for each event of the gate: a shell command, a whole handler, or none. */
  hooks(handlerOf: (event: string) => string | object | null): void {
    const entry = (event: string) => {
      const handler = handlerOf(event)
      if (handler === null) return []
      const hook = typeof handler === 'string' ? { type: 'command', command: handler } : handler
      return [{ matcher: '*', hooks: [{ timeout: 60, onFailure: 'block', ...hook }] }]
    }
    const both = { PreToolUse: entry('ask'), PostToolUse: entry('record'), Stop: entry('stop') }
    const file = this.name === 'claude' ? '.claude/settings.json' : '.codex/hooks.json'
    writeFileSync(join(this.home, file), JSON.stringify({ hooks: both }))
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}
