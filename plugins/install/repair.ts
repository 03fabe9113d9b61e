import { copyFileSync, chmodSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { changedGateFiles } from '../hooks/installed.mjs'
import { digest, makeFolders, readState, told } from './file.ts'
import type { Wanted } from './gate-folder.ts'
import { hostOf } from './hosts.ts'
import { hostVersion } from './host-version.ts'
import { install, placeIn, planInstall, type Keys } from './install.ts'
import { gateDir, InstallError, type Machine, type Place } from './place.ts'
import { readReceipt, type Installed, type Receipt } from './receipt.ts'
import { fileStatuses } from './status.ts'

export interface Repaired {
  /** Copies of the files as they were found. */
  readonly backups: readonly string[]
  /** A key made by an earlier install that this one does without. */
  readonly replacedKey: string | null
}

/** What the person wanted of this install, by its receipt; to make keys for. */
export function wantedBefore(machine: Machine, place: Place): Wanted {
  const { receipt, installed } = found(machine, place)
  const { server, agent, wait, on_unavailable: onUnavailable, ca, group } = receipt
  return {
    server,
    agent,
    wait,
    onUnavailable,
    ...(ca === undefined ? {} : { ca }),
    ...(group === undefined ? {} : { group }),
    ...(installed.files.length === 0 ? { gateOnly: true } : {}),
  }
}

/** Installs the same again. Whatever was changed meanwhile is kept beside it first, each content once. */
export async function repair(machine: Machine, place: Place, keys: Keys): Promise<Repaired> {
  const { receipt, installed } = found(machine, place)
  const version = await hostVersion(machine, hostOf(place.host))
  const request = { place, wanted: wantedBefore(machine, place), hostVersion: version, at: new Date() }
  // What cannot be edited ends it here, before anything is written.
  planInstall(machine, request)
  const backups = changedPaths(machine, place, { receipt, installed }).map((path) => keepAside(machine, place, path))
  const { replacedKey } = await install(machine, request, keys)
  return { backups, replacedKey }
}

interface Found {
  readonly receipt: Receipt
  readonly installed: Installed
}

function found(machine: Machine, place: Place): Found {
  const folder = gateDir(machine, place)
  const receipt = readReceipt(folder)
  const installed = placeIn(receipt, place)
  if (receipt === null || installed === undefined) throw new InstallError(`Nothing is installed there (${folder}).`)
  return { receipt, installed }
}

function changedPaths(machine: Machine, place: Place, { receipt, installed }: Found): string[] {
  const folder = gateDir(machine, place)
  const gate = changedGateFiles(folder, receipt).filter(({ state }) => state === 'changed')
  const files = fileStatuses(machine, place, { receipt, installed }).filter(({ state }) => state === 'broken')
  return [...gate.map(({ name }) => join(folder, name)), ...files.map(({ path }) => path)]
}

/** Outside the gate's folder, which goes with an uninstall. */
function keepAside(machine: Machine, place: Place, path: string): string {
  const folder = join(dirname(dirname(gateDir(machine, place))), 'backups')
  const sum = digest(`${path}\n${readState(path)?.text ?? ''}`).slice(0, 12)
  const kept = join(folder, `${place.host}-${basename(path)}-${sum}`)
  try {
    makeFolders(folder, 0o700)
    if (readState(kept) === null) {
      copyFileSync(path, kept)
      chmodSync(kept, 0o600)
    }
    return kept
  } catch (error) {
    throw told(kept, error)
  }
}
