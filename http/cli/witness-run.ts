import { hostname } from 'node:os'
import { hostStatuses, witness, WITNESSED, type PlaceStatus, type Witnessed } from '#plugins/install/index'
import { WritError, type InputOf } from '../client/index.ts'
import type { RemoteOptions } from './define.ts'
import { CliError } from './failure.ts'
import { thisMachine } from './install-place.ts'
import { connect } from './remote.ts'

export type Seam = InputOf<'hosts_report'>['seams'][number]

export interface Witnesses {
  readonly seams: readonly Seam[]
  /** One sentence for each install that could not be tried. */
  readonly untried: readonly string[]
}

/** Tries every install of this machine, one after another: each starts a client. */
export async function witnessInstalls(tell: (line: string) => void, quiet: boolean): Promise<Witnesses> {
  const machine = thisMachine()
  const seams: Seam[] = []
  const untried: string[] = []
  for (const { host, version, installs } of await hostStatuses(machine)) {
    for (const install of installs) {
      const at = `${host} (${seamOf(install)})`
      if (!isWitnessed(host) || version === null) {
        untried.push(`${at}: untried: ${whyUntried(host, version)}`)
        continue
      }
      if (!quiet) tell(`Starting ${at} …`)
      const { outcome, detail } = await witness(machine, host, install.project ?? undefined)
      if (outcome === 'unknown') untried.push(`${at}: untried: ${detail}`)
      else
        seams.push({
          machine: hostname(),
          host,
          seam: seamOf(install),
          version,
          outcome: wordOf(outcome, install),
          detail,
        })
    }
  }
  return { seams, untried }
}

function whyUntried(host: string, version: string | null): string {
  if (host === 'claude-desktop') return 'it has no hooks, so no call of its other tools is ever asked about.'
  if (version === null) return 'its program is not on the path.'
  return `how ${host} ${version} behaves was never seen, so nothing of it is claimed; have it make a forbidden call by hand.`
}

function isWitnessed(host: string): host is Witnessed {
  return WITNESSED.some((one) => one === host)
}

function seamOf({ scope, project }: PlaceStatus): string {
  return `hook, ${scope}${project === null ? '' : ` ${project}`}`.slice(0, 128)
}

function wordOf(outcome: 'refused' | 'ran', { enforcement }: PlaceStatus): Seam['outcome'] {
  if (outcome === 'ran') return 'dead'
  return enforcement === 'managed' ? 'enforced' : 'advisory'
}

/** Puts it on the list of the server; answers why not, when that is not possible. */
export async function reportSeams(options: RemoteOptions, seams: readonly Seam[]): Promise<string | null> {
  try {
    await connect(options).call('hosts_report', { seams: [...seams] })
    return null
  } catch (error) {
    if (error instanceof WritError || error instanceof CliError) return error.message
    throw error
  }
}
