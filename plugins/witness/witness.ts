import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InstallError, type Machine } from '../install/place.ts'
import { startOpenclaw } from './openclaw.ts'
import { scriptedModel } from './scripted-model.ts'

export interface Seen {
  readonly outcome: 'refused' | 'ran' | 'unknown'
  /** What was seen, in one sentence. */
  readonly detail: string
}

export const WITNESSED = ['claude-code', 'codex', 'openclaw'] as const
export type Witnessed = (typeof WITNESSED)[number]

/** OpenClaw takes most of a minute to start. */
const PATIENCE_MS = 180_000
const SHOWN = 300

/**
 * Has the client's own program, as it is set up on this machine, make one call that Writ refuses on purpose: a model of our
 * own on loopback asks for it, so nothing is asked of a vendor. The call itself is harmless: it makes an empty file.
 */
export async function witness(machine: Machine, host: Witnessed, project: string | undefined): Promise<Seen> {
  const mark = `writ-witness-${randomBytes(16).toString('hex')}`
  const folder = mkdtempSync(join(tmpdir(), 'writ-witness-'))
  const canary = join(folder, 'canary')
  const model = await scriptedModel()
  try {
    model.play([{ tool: 'Bash', input: { command: `touch '${canary}' # ${mark}` } }])
    const said = await run(starts[host]({ machine, url: model.url, folder }), machine, project ?? folder)
    if (existsSync(canary))
      return { outcome: 'ran', detail: 'The call ran: nobody was asked, or the answer was passed over.' }
    const [told] = model.results
    if (told?.includes(mark)) return { outcome: 'refused', detail: 'The call was refused, and the model was told why.' }
    const words = (told ?? said).replaceAll(/\s+/g, ' ').trim().slice(-SHOWN)
    return { outcome: 'unknown', detail: `The call neither ran nor was refused by Writ. ${words}`.trim() }
  } catch (error) {
    if (!(error instanceof InstallError)) throw error
    return { outcome: 'unknown', detail: `The client could not be started: ${error.message}` }
  } finally {
    await model.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Setting {
  readonly machine: Machine
  /** Of the model. */
  readonly url: string
  /** For whatever the client needs; it goes afterwards. */
  readonly folder: string
}

export interface Started {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** How a client makes one turn with our model, and with all else as the person set it up. */
export type Start = (setting: Setting) => Started

async function run({ program, args, env }: Started, machine: Machine, cwd: string): Promise<string> {
  const child = spawn(program, args, { cwd, env: { ...machine.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  try {
    await once(child, 'close')
  } catch (error) {
    said += error instanceof Error ? error.message : String(error)
  } finally {
    clearTimeout(timer)
  }
  return said
}

const starts: Readonly<Record<Witnessed, Start>> = {
  'claude-code': ({ url }) => ({
    program: 'claude',
    args: ['-p', 'go', '--allowedTools', 'Bash', '--max-turns', '2'],
    env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'witness', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
  }),
  codex: ({ url }) => ({
    program: 'codex',
    args: [
      'exec',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      ...Object.entries({
        model: 'gpt-5.2-codex',
        model_provider: 'witness',
        'model_providers.witness.name': 'witness',
        'model_providers.witness.base_url': `${url}/v1`,
        'model_providers.witness.wire_api': 'responses',
        'model_providers.witness.env_key': 'WRIT_WITNESS_KEY',
      }).flatMap(([key, value]) => ['-c', `${key}=${JSON.stringify(value)}`]),
      'go',
    ],
    env: { WRIT_WITNESS_KEY: 'none' },
  }),
  openclaw: startOpenclaw,
}
