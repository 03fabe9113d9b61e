import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { ScriptedModel, Step } from '../witness/scripted-model.ts'
import type { TestSystem } from './test-system.ts'

export const CLIENTS = ['claude', 'codex', 'openclaw'] as const
export type ClientName = (typeof CLIENTS)[number]

/** Folders in which the clients are looked for: `WRIT_TEST_CLIENTS` (a folder of npm), else where programs are. */
export function searched(): string {
  const own = process.env['WRIT_TEST_CLIENTS']
  return own === undefined ? (process.env['PATH'] ?? '') : join(own, 'node_modules', '.bin')
}

/** The version of an installed client; null when there is none. */
export function versionOf(name: ClientName): string | null {
  const { stdout, status } = spawnSync(name, ['--version'], {
    env: { PATH: `${searched()}${delimiter}${process.env['PATH']}` },
  })
  return status === 0 ? (/\d[\d.]+/.exec(stdout.toString())?.[0] ?? null) : null
}

export function command(text: string): Step {
  return { tool: 'Bash', input: { command: text, description: 'as asked' } }
}

interface Behind {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

function codexServer(name: string, { args, env }: Behind): string {
  const pairs = Object.entries(env).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  return [
    '',
    `[mcp_servers.${name}]`,
    `command = ${JSON.stringify(process.execPath)}`,
    `args = ${JSON.stringify(args)}`,
    `env = { ${pairs.join(', ')} }`,
    'default_tools_approval_mode = "approve"',
    // Else the first turn begins without the tools of a server that takes long to start.
    'required = true',
    'startup_timeout_sec = 60',
    '',
  ].join('\n')
}

/** A real client in a home of its own, with a model that follows a script. */
export class TestClient {
  readonly name: ClientName
  readonly home: string
  readonly project: string
  readonly #model: ScriptedModel
  readonly #system: TestSystem | undefined
  #sessions = 0

  constructor(name: ClientName, model: ScriptedModel, system?: TestSystem) {
    this.name = name
    this.#system = system
    this.#model = model
    // Codex refuses to work below the system's temporary folder.
    this.home = mkdtempSync(join(process.platform === 'linux' ? '/var/tmp' : tmpdir(), `writ-${name}-`))
    this.project = join(this.home, 'project')
    for (const folder of ['project', '.claude', '.codex', '.openclaw']) mkdirSync(join(this.home, folder))
    writeFileSync(this.settings, this.ownSettings)
  }

  /** The file in which a person of this client keeps their settings, and in which the install puts something. */
  get settings(): string {
    const files = { claude: '.claude/settings.json', codex: '.codex/config.toml', openclaw: '.openclaw/openclaw.json' }
    return join(this.home, files[this.name])
  }

  /** What they kept there before. */
  get ownSettings(): string {
    if (this.name === 'codex') return this.#codexConfig()
    if (this.name === 'openclaw') return this.#openclawConfig()
    return '{\n    "permissions": { "allow": ["Read"] }\n}'
  }

  #openclawConfig(): string {
    return `{
  // A person's own words.
  "models": { "providers": { "test": { "baseUrl": "${this.#model.url}/v1", "apiKey": "none", "api": "openai-completions",
    "models": [{ "id": "m", "name": "m", "contextWindow": 200000, "maxTokens": 1000 }] } } },
  "agents": { "defaults": { "model": { "primary": "test/m" }, "workspace": "${this.project}" } },
}
`
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

  /** One session in which the model runs these commands or tools; answers what the client printed. */
  async run(calls: readonly (string | Step)[], more: readonly string[] = []): Promise<string> {
    this.#model.play(calls.map((call) => (typeof call === 'string' ? command(call) : call)))
    return await this.turn(more)
  }

  /** One session with the script that the model has. */
  async turn(more: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const turns = {
      claude: ['-p', 'go', '--allowedTools', 'Bash', '--output-format', 'stream-json', '--verbose'],
      codex: ['exec', '--skip-git-repo-check', '--json', '--dangerously-bypass-approvals-and-sandbox', 'go'],
      openclaw: ['agent', '--local', '--session-key', `agent:main:${(this.#sessions += 1)}`, '--message', 'go'],
    }
    return (await this.start(this.name, [...turns[this.name], ...more], env)).said
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

  /**
   * Adds an MCP server, run by Node from this source, behind a program when one is given; answers the arguments that a
   * session needs for it.
   */
  addServer(name: string, source: string, behind: Behind = { args: [], env: {} }): readonly string[] {
    const file = join(this.home, `${name}.mjs`)
    writeFileSync(file, source)
    const { env } = behind
    const args = behind.args.length === 0 ? [file] : [...behind.args, '--', process.execPath, file]
    if (this.name === 'codex') {
      appendFileSync(this.settings, codexServer(name, { args, env }))
      return []
    }
    const servers = { mcpServers: { [name]: { type: 'stdio', command: process.execPath, args, env } } }
    writeFileSync(join(this.home, 'servers.json'), JSON.stringify(servers))
    return ['--mcp-config', join(this.home, 'servers.json'), '--permission-mode', 'bypassPermissions']
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
