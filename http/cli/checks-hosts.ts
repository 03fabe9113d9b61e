import { hostStatuses, type HostStatus, type PlaceStatus } from '#plugins/install/index'
import { version } from '#core/system/index'
import { Connection } from '../client/index.ts'
import type { Check } from './checks-local.ts'
import { repairInstall } from './fix-hosts.ts'
import { governs } from './hosts.ts'
import { clientOf, thisMachine } from './install-place.ts'

export interface ClientDoctor {
  /** Repairs what can be repaired here; false only tells of it. */
  readonly fix: boolean
  /** The person's own key, where a repair has to make one for a client. */
  readonly apiKey?: string | undefined
}

export interface Install {
  readonly host: HostStatus['host']
  readonly status: PlaceStatus
}

/** What is installed into the agent clients of this machine, whether it is whole and heeded, and of which release. */
export async function checkClients(doctor: ClientDoctor): Promise<Check[]> {
  const installs = await installsHere()
  if ('check' in installs) return [installs]
  if (installs.length === 0) {
    return [{ check: 'clients', status: 'skip', found: 'Writ is installed into no agent client here' }]
  }
  const servers = await versionsOf(installs)
  const checks: Check[] = []
  for (const install of installs) {
    const server = servers.get(install.status.server) ?? null
    const before = checkOf(install, server)
    checks.push(doctor.fix && isRepairable(install, server) ? await repaired(install, doctor, server) : before)
  }
  return checks
}

/** A receipt that cannot be read is for a person to look at. */
async function installsHere(): Promise<readonly Install[] | Check> {
  try {
    const statuses = await hostStatuses(thisMachine())
    return statuses.flatMap(({ host, installs }) => installs.map((status) => ({ host, status })))
  } catch (error) {
    return { check: 'clients', status: 'fail', found: messageOf(error), remedy: 'Put that file right by hand.' }
  }
}

async function repaired(install: Install, doctor: ClientDoctor, server: string | null): Promise<Check> {
  try {
    const fixed = await repairInstall(install, doctor.apiKey)
    const after = await installsHere()
    const same = 'check' in after ? undefined : after.find((one) => isSame(one, install))
    const check = checkOf(same ?? install, server)
    const kept = fixed.backups.length === 0 ? '' : `; as it was found: ${fixed.backups.join(', ')}`
    return { ...check, found: `${check.found} (repaired: ${fixed.did.join(', ')}${kept})`, fixed }
  } catch (error) {
    const { remedy: _, ...check } = checkOf(install, server)
    return { ...check, found: `${check.found} (not repaired: ${messageOf(error)})`, remedy: again(install) }
  }
}

function isSame(one: Install, { host, status }: Install): boolean {
  return one.host === host && one.status.scope === status.scope && one.status.project === status.project
}

/** What the servers of these installs say they are; one that does not answer is left away. */
async function versionsOf(installs: readonly Install[]): Promise<ReadonlyMap<string, string>> {
  const urls = [...new Set(installs.map(({ status }) => status.server))]
  const asked = urls.map(async (baseUrl): Promise<[string, string][]> => {
    try {
      const health = await new Connection({ baseUrl }).call('system_health', {}, { timeoutMs: 3000 })
      return [[baseUrl, health.version]]
    } catch {
      return []
    }
  })
  return new Map((await Promise.all(asked)).flat())
}

/** Of another release than the server, and this program could bring it to the server's. */
function drifts({ gate, writ }: PlaceStatus, server: string | null): boolean {
  return gate === 'outdated' || writ !== (server ?? version)
}

function isRepairable({ status }: Install, server: string | null): boolean {
  const { gate, files, loose } = status
  if (files.some(({ problem }) => problem !== undefined)) return false
  const isDamaged = gate === 'changed' || files.some(({ state }) => state === 'gone' || state === 'broken')
  const canFollow = server === null || server === version
  return isDamaged || loose.length > 0 || (drifts(status, server) && canFollow)
}

function checkOf(install: Install, server: string | null): Check {
  const { host, status } = install
  const { scope, project, enforcement, loose } = status
  const check = `client ${host}`
  const at = `${scope}${project === null ? '' : ` ${project}`}`
  const remedy = remedyOf(install, server)
  const reasons = reasonsOf(status)
  if (reasons.length > 0 || !governs(status)) {
    return { check, status: 'fail', found: `${at}: ${reasons.join('; ')}`, remedy }
  }
  if (loose.length > 0) {
    const paths = loose.map(({ path, mode }) => `${path} (${mode.toString(8)})`)
    return { check, status: 'warn', found: `${at}: others may read ${paths.join(', ')}`, remedy }
  }
  if (!drifts(status, server)) return { check, status: 'ok', found: `${at}: whole, ${enforcement}` }
  const theirs = server === null ? `this program is ${version}` : `its server is ${server}`
  return { check, status: 'warn', found: `${at}: the gate is of another release (${status.writ}; ${theirs})`, remedy }
}

function reasonsOf({ gate, trust, warnings, files, loose }: PlaceStatus): string[] {
  const lost = files.filter(({ state, problem }) => (state === 'gone' || state === 'broken') && problem === undefined)
  const open = loose.filter(({ mode }) => (mode & 0o022) !== 0)
  return [
    ...(gate === 'changed' ? ['the gate is not what was installed'] : []),
    ...(trust !== null && trust !== 'trusted' && trust !== 'managed' ? [`its hooks are ${trust}`] : []),
    ...(lost.length > 0 ? [`gone or broken: ${lost.map(({ path }) => path).join(', ')}`] : []),
    ...files.flatMap(({ path, problem }) => (problem === undefined ? [] : [`${path} cannot be read: ${problem}`])),
    ...(open.length > 0 ? [`others may write ${open.map(({ path }) => path).join(', ')}`] : []),
    ...warnings,
  ]
}

function remedyOf(install: Install, server: string | null): string {
  const { trust, files, gate } = install.status
  if (files.some(({ problem }) => problem !== undefined)) return 'Put that file right by hand; Writ leaves it as it is.'
  if (isRepairable(install, server)) return 'writ doctor, without --no-fix, puts it right; then: writ witness'
  if (trust === 'untrusted' && gate !== 'changed') return 'writ install codex --trust, then: writ witness'
  if (server !== null && server !== version)
    return `Use writ ${server} on this machine (this one is ${version}), then: writ doctor`
  return `${again(install)}, then: writ witness`
}

function again({ host, status: { scope, project } }: Install): string {
  const place = scope === 'user' ? '' : scope === 'managed' ? ' --managed' : ` --project ${project}`
  return `writ install ${clientOf(host)}${place}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
