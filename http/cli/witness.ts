import type { Command } from 'commander'
import { define, type RemoteOptions } from './define.ts'
import type { OutputOf } from '../client/index.ts'
import { connect } from './remote.ts'
import { harmless, paint, say, sayJson, sayTable } from './terminal.ts'

interface WitnessOptions extends RemoteOptions {
  readonly report: boolean
}

export function addWitness(program: Command): void {
  const witness = define(program, 'witness', {
    summary: 'Try with the real client of each install whether a forbidden call is refused.',
    example: 'witness\n  $ writ witness list',
    remote: true,
  })
    .option('--no-report', 'only tell; do not put it on the list of the server')
    .addHelpText(
      'after',
      '\nStarts each client once, as it is set up here, with a model of our own on this machine: nothing is asked of a vendor.\nThe call makes an empty file, if it runs.\n\nExit code: 1 when a call ran, or could not be tried.',
    )
    .action(tryAll)
  define(witness, 'list', {
    summary: 'List what witnesses saw, on every machine.',
    example: 'witness list',
    remote: true,
  }).action(listSeen)
}

async function tryAll(options: WitnessOptions): Promise<void> {
  const { witnessInstalls, reportSeams } = await import('./witness-run.ts')
  const { seams, untried } = await witnessInstalls((line) => say(paint('dim', line)), options.json === true)
  if (seams.some(({ outcome }) => outcome === 'dead') || untried.length > 0) process.exitCode = 1
  const told = options.report && seams.length > 0 ? await reportSeams(options, seams) : null
  if (options.json) return sayJson({ seams, untried, reported: told === null && options.report && seams.length > 0 })
  if (seams.length === 0 && untried.length === 0) say('Writ is installed into no client here. Run: writ install claude')
  if (seams.length > 0) saySeams(seams)
  for (const line of untried) say(`${paint('yellow', '!')} ${harmless(line)}`)
  if (told !== null) say(`${paint('yellow', '!')} not put on the list of the server: ${harmless(told)}`)
}

const styles = { enforced: 'green', advisory: 'yellow', dead: 'red', changed: 'red' } as const

type Seam = OutputOf<'hosts_list'>['seams'][number]

function saySeams(seams: readonly (Omit<Seam, 'seen_at' | 'seen_by'> & { readonly seen_at?: string })[]): void {
  const rows = seams.map((seam) => [
    seam.machine,
    seam.host,
    seam.version,
    seam.seam,
    { painted: paint(styles[seam.outcome], seam.outcome) },
    ...(seam.seen_at === undefined ? [] : [seam.seen_at.slice(0, 10)]),
    seam.detail,
  ])
  const seen = seams.some(({ seen_at }) => seen_at !== undefined) ? ['SEEN'] : []
  sayTable(['MACHINE', 'CLIENT', 'VERSION', 'SEAM', 'OUTCOME', ...seen, 'WHAT'], rows)
}

async function listSeen(options: RemoteOptions): Promise<void> {
  const { seams } = await connect(options).call('hosts_list', { limit: 200 })
  if (options.json) return sayJson({ seams })
  if (seams.length === 0) return say('No witness has looked yet. Run: writ witness')
  saySeams(seams)
}
