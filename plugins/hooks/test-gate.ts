import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gateFiles, gateShell, type GateConfig } from './gate-files.ts'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output as the one JSON object it must be; empty when the shell itself gave up. */
  readonly json: { hookSpecificOutput?: { permissionDecision?: string; permissionDecisionReason?: string } }
}

/** A gate as `writ install` lays it out, run as a client runs it. */
export class TestGate {
  readonly dir: string
  readonly shell: string

  constructor({ shell, ...config }: Partial<GateConfig> & Pick<GateConfig, 'url' | 'key'> & { shell?: string }) {
    this.shell = shell ?? gateShell()
    this.dir = mkdtempSync(join(tmpdir(), 'writ-gate-'))
    mkdirSync(this.dir, { recursive: true, mode: 0o700 })
    const whole = {
      host: 'claude-code',
      curl: '/usr/bin/curl',
      node: process.execPath,
      wait: 0,
      unavailable: 'deny',
      ...config,
    } as const
    for (const [name, text] of Object.entries(gateFiles(whole))) this.write(name, text)
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.dir, name), text, { mode: 0o600 })
    chmodSync(join(this.dir, name), 0o600)
  }

  read(name: string): string {
    return readFileSync(join(this.dir, name), 'utf8')
  }

  async run(event: string, input: unknown, env: Record<string, string> = {}): Promise<Ran> {
    const [program = '', ...options] = this.shell.split(' ')
    const child = spawn(program, [...options, join(this.dir, 'gate.sh'), event], {
      env: { PATH: '/nonexistent', ...env },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.stdin.on('error', () => undefined)
    child.stdin.end(typeof input === 'string' ? input : JSON.stringify(input))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, stdout, stderr, json: JSON.parse(stdout || '{}') as Ran['json'] }
  }

  queued(): string[] {
    try {
      return readdirSync(join(this.dir, 'queue')).map((name) => readFileSync(join(this.dir, 'queue', name), 'utf8'))
    } catch {
      return []
    }
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Nothing ran: the client reads either as a refusal. */
export function refused({ code, json }: Ran): boolean {
  return code === 2 || json.hookSpecificOutput?.permissionDecision === 'deny'
}
