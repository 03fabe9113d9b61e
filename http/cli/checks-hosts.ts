import { hostStatuses, type PlaceStatus } from '#plugins/install/index'
import type { Check } from './checks-local.ts'
import { governs } from './hosts.ts'
import { thisMachine } from './install-place.ts'

/** What is installed into the agent clients of this machine, and whether it is whole and heeded. */
export async function checkClients(): Promise<Check[]> {
  const statuses = await hostStatuses(thisMachine())
  const installs = statuses.flatMap(({ host, installs }) => installs.map((install) => ({ host, install })))
  if (installs.length === 0) {
    return [{ check: 'clients', status: 'skip', found: 'Writ is installed into no agent client here' }]
  }
  return installs.map(({ host, install }) => checkOf(host, install))
}

function checkOf(host: string, install: PlaceStatus): Check {
  const { scope, project, gate, trust, warnings, files } = install
  const check = `client ${host}`
  const at = `${scope}${project === null ? '' : ` ${project}`}`
  const lost = files.filter(({ state }) => state === 'gone' || state === 'broken').map(({ path }) => path)
  const again = `writ install ${host === 'claude-code' ? 'claude' : host}`
  if (governs(install)) {
    if (gate !== 'outdated') return { check, status: 'ok', found: `${at}: whole, ${install.enforcement}` }
    return { check, status: 'warn', found: `${at}: the gate is of another release`, remedy: again }
  }
  const reasons = [
    ...(gate === 'changed' ? ['the gate is not what was installed'] : []),
    ...(trust !== null && trust !== 'trusted' && trust !== 'managed' ? [`its hooks are ${trust}`] : []),
    ...(lost.length > 0 ? [`gone or broken: ${lost.join(', ')}`] : []),
    ...warnings,
  ]
  return { check, status: 'fail', found: `${at}: ${reasons.join('; ')}`, remedy: `${again}, then: writ witness` }
}
