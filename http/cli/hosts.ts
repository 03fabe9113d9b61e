import { hostStatuses, type HostStatus, type PlaceStatus } from '#plugins/install/index'
import { thisMachine } from './install-place.ts'
import { harmless, paint, say, sayJson } from './terminal.ts'

export async function sayHosts({ json }: { readonly json?: boolean }): Promise<void> {
  const hosts = await hostStatuses(thisMachine())
  if (!hosts.every(({ installs }) => installs.every(governs))) process.exitCode = 1
  if (json) return sayJson({ hosts })
  for (const host of hosts) sayHost(host)
}

/** What was installed is there, and nothing known keeps the client from heeding it. */
export function governs({ files, gate, trust, warnings, loose }: PlaceStatus): boolean {
  const isHeeded = trust === null || trust === 'trusted' || trust === 'managed'
  return (
    isHeeded &&
    gate !== 'changed' &&
    warnings.length === 0 &&
    loose.every(({ mode }) => (mode & 0o022) === 0) &&
    files.every(({ state }) => state === 'same' || state === 'changed')
  )
}

function sayHost({ host, version, installs }: HostStatus): void {
  say(`${paint('bold', host)} ${paint('dim', version ?? (host === 'claude-desktop' ? '' : 'not on the path'))}`)
  if (installs.length === 0) say('  not installed')
  for (const install of installs) sayInstall(install)
}

function sayInstall(install: PlaceStatus): void {
  const { scope, project, server, agent, writ, enforcement, trust, gate, files, warnings, loose } = install
  const mark = governs(install) ? paint('green', '✓') : paint('red', '✗')
  const trusted = trust === null ? '' : `, ${trust}`
  say(
    `  ${mark} ${scope}${project === null ? '' : ` ${harmless(project)}`}: ${enforcement}${trusted}; asks ${server} as ${harmless(agent)}`,
  )
  say(`    gate ${gate} (writ ${writ})`)
  for (const { path, state, problem } of files) {
    say(`    ${state.padEnd(7)} ${harmless(path)}${problem === undefined ? '' : `: ${harmless(problem)}`}`)
  }
  for (const { path, mode } of loose) say(`    open    ${harmless(path)}: others may use it (${mode.toString(8)})`)
  for (const warning of warnings) say(`    ${paint('yellow', '!')} ${harmless(warning)}`)
}
