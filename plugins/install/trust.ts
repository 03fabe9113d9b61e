import { dirname, join } from 'node:path'
import { codexHome, isCodexHook } from './codex.ts'
import { CodexServer, type CodexHook } from './codex-server.ts'
import { digest, readState, writeWhole } from './file.ts'
import { placeIn, saveReceipt } from './install.ts'
import { withLock } from './lock.ts'
import { gateDir, InstallError, type Machine, type Place } from './place.ts'
import { backupPath } from './plan.ts'
import { readReceipt, type Receipt, type Touched } from './receipt.ts'

export interface Trust {
  readonly state: 'trusted' | 'managed' | 'untrusted' | 'absent'
  /** What Codex says about files it could not read. */
  readonly problems: readonly string[]
}

/** Whether Codex runs our hooks of this place; it passes over those it does not trust without a word. */
export async function codexTrust(machine: Machine, place: Place): Promise<Trust> {
  return CodexServer.run(machine.env, async (server) => {
    const { hooks, problems } = await server.hooks(place.project ?? machine.home)
    return { state: stateOf(ours(machine, place, hooks)), problems }
  })
}

/** Has Codex trust our hooks of this place, and no others. */
export async function trustCodex(machine: Machine, place: Place): Promise<Trust> {
  const folder = gateDir(machine, place)
  return withLock(dirname(folder), 0o700, () =>
    CodexServer.run(machine.env, async (server) => {
      const where = place.project ?? machine.home
      const { hooks, problems } = await server.hooks(where)
      const own = ours(machine, place, hooks)
      if (own.length === 0) {
        const why = problems.length > 0 ? problems.join('; ') : 'is the project one that Codex trusts?'
        throw new InstallError(`Codex does not see Writ's hooks in ${where}: ${why}`)
      }
      const open = own.filter(({ trustStatus, isManaged }) => !isManaged && trustStatus !== 'trusted')
      if (open.length === 0) return { state: stateOf(own), problems }
      const config = join(codexHome(machine), 'config.toml')
      const before = readState(config)?.text ?? null
      await server.trust(open)
      remember(folder, place, { config, before, keys: open.map(({ key }) => key) })
      const after = await server.hooks(where)
      return { state: stateOf(ours(machine, place, after.hooks)), problems: after.problems }
    }),
  )
}

function ours(machine: Machine, place: Place, hooks: readonly CodexHook[]): CodexHook[] {
  const isManaged = place.scope === 'managed'
  return hooks.filter((hook) => isCodexHook(hook) && hook.isManaged === isManaged && isFrom(machine, place, hook))
}

function isFrom(machine: Machine, { scope, project }: Place, { sourcePath }: CodexHook): boolean {
  if (scope === 'managed') return true
  return dirname(sourcePath) === (project === undefined ? codexHome(machine) : join(project, '.codex'))
}

function stateOf(own: readonly CodexHook[]): Trust['state'] {
  if (own.length === 0) return 'absent'
  if (own.every(({ isManaged }) => isManaged)) return 'managed'
  return own.every(({ trustStatus, enabled }) => trustStatus === 'trusted' && enabled) ? 'trusted' : 'untrusted'
}

interface Written {
  readonly config: string
  readonly before: string | null
  readonly keys: readonly string[]
}

/** Codex wrote into the person's config in our name: an uninstall takes that back as well. */
function remember(folder: string, place: Place, { config, before, keys }: Written): void {
  const receipt = readReceipt(folder)
  const installed = placeIn(receipt, place)
  const after = readState(config)?.text
  if (receipt === null || installed === undefined || after === undefined) return
  const known = installed.files.find(({ path }) => path === config)
  const files = installed.files.filter((file) => file !== known)
  const record = known === undefined ? newRecord(folder, config, before) : known
  // Somebody changed it between install and now: then it stays changed, and only our entries go in the end.
  const isAsInstalled = known === undefined || (before !== null && digest(before) === known.after)
  const touched: Touched = { ...record, after: isAsInstalled ? digest(after) : record.after }
  const places = receipt.places.map((one) => (one === installed ? { ...one, files: [touched, ...files] } : one))
  const changed: Receipt = { ...receipt, trusted: [...new Set([...receipt.trusted, ...keys])], places }
  saveReceipt(folder, changed)
}

function newRecord(folder: string, path: string, before: string | null): Touched {
  const backup = before === null ? null : backupPath(folder, path)
  if (backup !== null && before !== null) {
    writeWhole(backup, before, { mode: 0o600, before: readState(backup)?.text ?? null })
  }
  return { path, part: 'trust', before: before === null ? null : digest(before), after: '', backup, ours: '' }
}
