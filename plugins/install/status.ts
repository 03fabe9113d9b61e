import { PROGRAMS } from '../hooks/gate-files.ts'
import { changedGateFiles, stateOf } from '../hooks/installed.mjs'
import { digest, readState } from './file.ts'
import { gateTexts, readConnection } from './gate-folder.ts'
import { hostVersion, warningsFor } from './host-version.ts'
import { hostOf, hosts } from './hosts.ts'
import type { Host } from './host.ts'
import { entriesOf } from './install.ts'
import { looseModes, type Loose } from './modes.ts'
import { gateDir, type HostName, type Machine, type Place, type Scope } from './place.ts'
import { partOf } from './plan.ts'
import { readReceipt, type Installed, type Receipt, type Touched } from './receipt.ts'
import { codexTrust } from './trust.ts'

export interface HostStatus {
  readonly host: HostName
  /** Version of the client's program here; null when it is not on the path. */
  readonly version: string | null
  readonly installs: readonly PlaceStatus[]
}

export interface PlaceStatus {
  readonly scope: Scope
  readonly project: string | null
  readonly at: string
  readonly server: string
  readonly agent: string
  readonly writ: string
  /** `managed` holds whatever the person does; `advisory` the person can switch off. */
  readonly enforcement: 'managed' | 'advisory' | 'none'
  /** What Codex says of our hooks; null for other clients, `unknown` when it cannot be asked. */
  readonly trust: string | null
  /** `whole`: as installed; `outdated`: of another release; `changed`: not what was installed. */
  readonly gate: 'whole' | 'outdated' | 'changed'
  readonly files: readonly FileStatus[]
  /** What more people may read or write than an install lets. */
  readonly loose: readonly Loose[]
  readonly warnings: readonly string[]
}

export interface FileStatus {
  readonly path: string
  /** `changed` still has our entries whole; `broken` has not. */
  readonly state: 'same' | 'changed' | 'broken' | 'gone'
  /** Why nobody can read it, with the place, where that is so: only a person can put it right. */
  readonly problem?: string
}

export function hostStatuses(machine: Machine): Promise<HostStatus[]> {
  return Promise.all(hosts.map((host) => statusOf(machine, host)))
}

async function statusOf(machine: Machine, host: Host): Promise<HostStatus> {
  const version = await hostVersion(machine, host)
  const folders = ['user', 'managed'] as const
  const receipts = folders.flatMap((scope) => {
    const receipt = readReceipt(gateDir(machine, { host: host.name, scope }))
    return receipt === null ? [] : receipt.places.map((installed) => ({ receipt, installed }))
  })
  const installs = receipts.map(({ receipt, installed }) => placeStatus(machine, { host, receipt, installed, version }))
  return { host: host.name, version, installs: await Promise.all(installs) }
}

interface Found {
  readonly host: Host
  readonly receipt: Receipt
  readonly installed: Installed
  readonly version: string | null
}

async function placeStatus(machine: Machine, { host, receipt, installed, version }: Found): Promise<PlaceStatus> {
  const { scope, project, at } = installed
  const place: Place = { host: host.name, scope, project }
  const files = fileStatuses(machine, place, { receipt, installed })
  // A gate alone belongs to a plugin, whose hooks are the client's to list.
  const asked = files.length > 0 ? await trustOf(machine, place, version) : { state: null, problems: [] }
  const { state: trust, problems } = asked
  return {
    scope,
    project: project ?? null,
    at,
    server: receipt.server,
    agent: receipt.agent,
    writ: receipt.writ,
    enforcement: host.hooks !== null ? (scope === 'managed' ? 'managed' : 'advisory') : 'none',
    trust,
    gate: gateState(machine, place, receipt),
    files,
    loose: looseModes(machine, place, receipt),
    warnings: [...warningsFor(machine, place, version), ...problems],
  }
}

export function fileStatuses(
  machine: Machine,
  place: Place,
  { receipt, installed }: Pick<Found, 'receipt' | 'installed'>,
): FileStatus[] {
  return installed.files.map((file) => fileStatus(machine, { host: hostOf(place.host), place, receipt, file }))
}

async function trustOf(machine: Machine, place: Place, version: string | null) {
  if (place.host !== 'codex') return { state: null, problems: [] }
  if (version === null) return { state: 'unknown', problems: [] }
  try {
    return await codexTrust(machine, place)
  } catch (error) {
    return { state: 'unknown', problems: [error instanceof Error ? error.message : String(error)] }
  }
}

interface InPlace {
  readonly host: Host
  readonly place: Place
  readonly receipt: Receipt
  readonly file: Touched
}

function fileStatus(machine: Machine, { host, place, receipt, file }: InPlace): FileStatus {
  const { path, part } = file
  const state = stateOf(file)
  if (state === 'same' || state === 'gone' || part === 'own') return { path, state }
  try {
    const holds = partOf(host, part).holds(readState(path)?.text ?? '', entriesOf(machine, place, receipt.wait))
    return { path, state: holds ? state : 'broken' }
  } catch (error) {
    return { path, state: 'broken', problem: error instanceof Error ? error.message : String(error) }
  }
}

function gateState(machine: Machine, place: Place, receipt: Receipt): PlaceStatus['gate'] {
  const folder = gateDir(machine, place)
  const connection = changedGateFiles(folder, receipt).length === 0 ? readConnection(folder) : null
  if (connection === null) return 'changed'
  const { server, wait, key, on_unavailable: onUnavailable } = connection
  const fresh = gateTexts(place.host, { server, wait, onUnavailable, agent: receipt.agent }, key)
  const isCurrent = PROGRAMS.every((name) => fresh[name] === undefined || digest(fresh[name]) === receipt.gate[name])
  return isCurrent ? 'whole' : 'outdated'
}
