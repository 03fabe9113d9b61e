import { existsSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Argument, Option, type Command } from 'commander'
import { loadSettings } from '#core/kernel/config'
import type { HostName, Machine, Place } from '#plugins/install/index'
import { CliError, UsageError } from './failure.ts'

/** The clients as people name them. */
const NAMES = {
  claude: 'claude-code',
  codex: 'codex',
  hermes: 'hermes',
  openclaw: 'openclaw',
  desktop: 'claude-desktop',
} as const satisfies Readonly<Record<string, HostName>>
export const HOST_NAMES: readonly HostName[] = Object.values(NAMES)
export type ClientName = keyof typeof NAMES

export interface PlaceOptions {
  readonly user?: boolean
  readonly project?: string | true
  readonly managed?: boolean
}

/** Which client, and where. */
export function withPlace(command: Command): Command {
  return command
    .addArgument(new Argument('<client>', 'the agent client').choices(Object.keys(NAMES)))
    .addOption(new Option('--user', 'for you, in every project (the default)').conflicts(['project', 'managed']))
    .addOption(new Option('--project [folder]', 'for one project; without a folder, this one').conflicts('managed'))
    .option('--managed', 'for every user of this machine, who cannot switch it off; needs root')
}

export function placeOf(client: ClientName, { project, managed }: PlaceOptions): Place {
  const host = NAMES[client]
  if (managed) return { host, scope: 'managed' }
  if (project === undefined) return { host, scope: 'user' }
  const folder = resolve(project === true ? '.' : project)
  if (!existsSync(folder)) throw new UsageError(`There is no folder ${folder}.`)
  return { host, scope: 'project', project: folder }
}

export function clientOf(host: HostName): string {
  return Object.entries(NAMES).find(([, name]) => name === host)?.[0] ?? host
}

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    writHome: resolve(loadSettings().home),
    node: process.execPath,
    bin: ownProgram(),
  }
}

/** Beside this file in a checkout; of a build, where the package has it. */
function ownProgram(): string {
  const places = ['bin.mjs', '../../../http/cli/bin.mjs'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
  const found = places.find((path) => existsSync(path))
  if (found === undefined)
    throw new CliError(`The program writ is not where it belongs (looked at ${places.join(', ')}).`)
  return found
}

/** The agent that a client of this person on this machine is, unless they name one. */
export function defaultAgent({ host, scope }: Place): string {
  const who = scope === 'managed' ? hostname() : userInfo().username
  return `${host}-${who}`.replaceAll(/[^\w.@:-]+/g, '-').slice(0, 128)
}
