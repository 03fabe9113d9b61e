import { chmodSync, chownSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { gateFiles } from '../hooks/gate-files.ts'
import { readState, told, writeWhole } from './file.ts'
import { gateDir, InstallError, type HostName, type Machine, type Place } from './place.ts'

/** What the person wants of the gate. */
export interface Wanted {
  readonly server: string
  readonly agent: string
  /** Seconds to wait for a person. */
  readonly wait: number
  readonly onUnavailable: 'deny' | 'allow'
  /** PEM file of the authority behind the server's certificate. */
  readonly ca?: string | undefined
  /** Of a managed install: the group whose members may read the key; without one every user of the machine may. */
  readonly group?: string | undefined
  /** The gate alone, for a client whose plugin has the hooks. */
  readonly gateOnly?: boolean | undefined
}

const Connection = z.object({
  server: z.string(),
  key: z.string(),
  wait: z.number(),
  on_unavailable: z.enum(['deny', 'allow']),
})
export type InstalledConnection = z.output<typeof Connection>

export const CONNECTION = 'connection.json'
export const SECRET = new Set([CONNECTION, 'gate.conf', 'curl.conf', 'gate.json'])

/** How an installed client reaches its server; null when it is not installed. */
export function installedConnection(writHome: string, host: HostName): InstalledConnection | null {
  return readConnection(join(writHome, 'hosts', host))
}

export function readConnection(folder: string): InstalledConnection | null {
  const state = readState(join(folder, CONNECTION))
  if (state === null) return null
  try {
    return Connection.parse(JSON.parse(state.text))
  } catch (cause) {
    throw new InstallError(`${join(folder, CONNECTION)}: it cannot be read. Run writ install again.`, { cause })
  }
}

/** The gate's files by name. Clients whose hook is a program of their own language have the connection alone. */
export function gateTexts(host: HostName, wanted: Wanted, key: string): Readonly<Record<string, string>> {
  const { server, wait, onUnavailable, ca } = wanted
  const connection: InstalledConnection = { server, key, wait, on_unavailable: onUnavailable }
  const own = { [CONNECTION]: `${JSON.stringify(connection, null, 2)}\n` }
  if (host !== 'claude-code' && host !== 'codex') return own
  const programs = { curl: curlPath(), node: process.execPath }
  return { ...gateFiles({ host, url: server, key, ...programs, wait, unavailable: onUnavailable, ca }), ...own }
}

function curlPath(): string {
  const places = ['/usr/bin/curl', '/bin/curl', '/usr/local/bin/curl', '/opt/homebrew/bin/curl']
  const found = places.find((path) => existsSync(path))
  if (found) return found
  throw new InstallError(`The gate asks with curl, which is not installed (looked at ${places.join(', ')}).`)
}

/** Writes what differs; answers whether anything did. */
export function writeGate(
  machine: Machine,
  place: Place,
  texts: Readonly<Record<string, string>>,
  group?: string,
): void {
  const folder = gateDir(machine, place)
  const isManaged = place.scope === 'managed'
  const gid = group === undefined ? null : groupId(group)
  for (const [name, text] of Object.entries(texts)) {
    const path = join(folder, name)
    const mode = isManaged ? (gid !== null && SECRET.has(name) ? 0o640 : 0o644) : 0o600
    const before = readState(path)?.text ?? null
    if (before !== text) writeWhole(path, text, { mode, before })
    try {
      chmodSync(path, mode)
      if (gid !== null && SECRET.has(name)) chownSync(path, 0, gid)
    } catch (error) {
      throw told(path, error)
    }
  }
}

function groupId(name: string): number {
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const id = Number(line?.split(':')[2])
  if (line === undefined || !Number.isInteger(id))
    throw new InstallError(`There is no group "${name}" on this machine.`)
  return id
}
