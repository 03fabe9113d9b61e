import * as installer from '#plugins/install/index'
import type { Place } from '#plugins/install/index'
import type { Install } from './checks-hosts.ts'
import { revokeKey, serverKeys } from './install-keys.ts'
import { thisMachine } from './install-place.ts'

export interface Fixed {
  readonly did: readonly string[]
  /** Copies of the files as they were found. */
  readonly backups: readonly string[]
}

/** Installs the same again and closes what is open to others. Throws with nothing changed where it cannot. */
export async function repairInstall({ host, status }: Install, own: string | undefined): Promise<Fixed> {
  const machine = thisMachine()
  const place: Place = { host, scope: status.scope, ...(status.project === null ? {} : { project: status.project }) }
  const { server, agent } = installer.wantedBefore(machine, place)
  const keys = serverKeys({ server, agent, title: installer.hostOf(host).title, given: undefined, own })
  const { backups, replacedKey } = await installer.repair(machine, place, keys)
  const ended = replacedKey === null ? [] : [await ending(server, replacedKey)]
  // An install closes its own files; folders, and what others put there, it leaves.
  installer.tighten(status.loose)
  const closed = status.loose.map(({ path, mode, limit }) => `${path} ${mode.toString(8)} to ${limit.toString(8)}`)
  return { did: ['installed again', ...ended, ...closed], backups }
}

async function ending(server: string, id: string): Promise<string> {
  try {
    await revokeKey(server, id)
    return `the key ${id} ended`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
