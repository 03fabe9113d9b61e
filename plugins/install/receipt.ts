import { join } from 'node:path'
import { z } from 'zod'
import { readState } from './file.ts'
import { HOST_NAMES, InstallError, SCOPES } from './place.ts'

const Touched = z.object({
  path: z.string(),
  part: z.string(),
  /** Digest of what an uninstall gives back; null when there was no file. */
  before: z.string().nullable(),
  after: z.string(),
  /** What of ours must stand in it, for programs without a parser of its language. */
  ours: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  /** File with what an uninstall gives back. */
  backup: z.string().nullable(),
})
export type Touched = z.output<typeof Touched>

const Installed = z.object({
  scope: z.enum(SCOPES),
  project: z.string().optional(),
  at: z.string(),
  host_version: z.string().nullable(),
  files: z.array(Touched),
  /** Folders that were made for it. */
  folders: z.array(z.string()),
})
export type Installed = z.output<typeof Installed>

const Receipt = z.object({
  version: z.literal(1),
  host: z.enum(HOST_NAMES),
  writ: z.string(),
  server: z.string(),
  agent: z.string(),
  wait: z.number(),
  on_unavailable: z.enum(['deny', 'allow']),
  ca: z.string().optional(),
  group: z.string().optional(),
  /** The key that install made, and uninstall ends. */
  key_id: z.string().nullable(),
  gate: z.record(z.string(), z.string()),
  /** Hooks that Codex trusts because the person asked install to say so. */
  trusted: z.array(z.string()),
  places: z.array(Installed),
})
/** What an install did, kept beside the gate. No secret. */
export type Receipt = z.output<typeof Receipt>

export const RECEIPT = 'install.json'

export function readReceipt(folder: string): Receipt | null {
  const path = join(folder, RECEIPT)
  const state = readState(path)
  if (state === null) return null
  try {
    return Receipt.parse(JSON.parse(state.text))
  } catch (cause) {
    throw new InstallError(`${path}: it is not the receipt of an install. Move it away to install anew.`, { cause })
  }
}
