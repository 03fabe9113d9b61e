import { resolve } from 'node:path'
import * as installer from '#plugins/install/index'
import type { InstallRequest, Machine, Place } from '#plugins/install/index'
import { CliError, UsageError } from './failure.ts'
import { assertAgentKey, revokeKey, serverKeys } from './install-keys.ts'
import { clientOf, defaultAgent, placeOf, thisMachine, type ClientName } from './install-place.ts'
import type { InstallOptions, UninstallOptions } from './install.ts'
import { remoteSettings, serverUrl } from './remote.ts'
import { paint, program, say, sayJson } from './terminal.ts'

export async function install(client: ClientName, options: InstallOptions): Promise<void> {
  const machine = thisMachine()
  const place = placeOf(client, options)
  const host = installer.hostOf(place.host)
  if (options.group !== undefined && place.scope !== 'managed') throw new UsageError('--group goes with --managed.')
  if (options.trust && place.host !== 'codex') throw new UsageError('Only Codex asks whether hooks are trusted.')
  const version = await installer.hostVersion(machine, host)
  const request = requestOf(place, options, version)
  const warnings = [...installer.warningsFor(machine, place, version), ...ownWarnings(machine, place, options.group)]
  if (options.dryRun) return tellPlan(installer.planInstall(machine, request), { options, warnings })
  const { server, agent } = request.wanted
  if (options.apiKey !== undefined) await assertAgentKey(server, options.apiKey)
  const keys = serverKeys({ server, agent, title: host.title, given: options.apiKey })
  const { replacedKey, ...done } = await installer.install(machine, request, keys)
  if (replacedKey !== null) warnings.push(...(await ended(server, replacedKey)))
  const trust = place.host === 'codex' && !options.gateOnly ? await trustOf(machine, place, options) : null
  if (options.json) return sayJson({ ...summary(request), ...done, trust, warnings })
  tellInstall(request, { ...done, title: host.title })
  for (const warning of warnings) say(`${paint('yellow', '!')} ${warning}`)
  if (trust !== null) tellTrust(trust, options)
}

function requestOf(place: Place, options: InstallOptions, version: string | null): InstallRequest {
  const { wait, onUnavailable, group, ca, agent, gateOnly } = options
  const server = serverUrl(remoteSettings(options.server === undefined ? {} : { server: options.server }))
  const wanted = {
    server,
    agent: agent ?? defaultAgent(place),
    wait: Math.min(wait, installer.hostOf(place.host).hooks?.longestWait ?? wait),
    onUnavailable,
    ...(ca === undefined ? {} : { ca: resolve(ca) }),
    ...(group === undefined ? {} : { group }),
    ...(gateOnly ? { gateOnly } : {}),
  }
  return { place, wanted, hostVersion: version, at: new Date() }
}

function summary({ place, wanted, hostVersion: version }: InstallRequest) {
  const { server, agent, wait, onUnavailable } = wanted
  const where = { host: place.host, scope: place.scope, project: place.project ?? null }
  return { ...where, host_version: version, server, agent, wait, on_unavailable: onUnavailable }
}

function ownWarnings({ bin }: Machine, { scope, host }: Place, group: string | undefined): string[] {
  return [
    ...(scope === 'managed' && group === undefined
      ? ['Every user of this machine can read the key: it asks and records, and can never approve. --group narrows it.']
      : []),
    ...(bin.includes('/_npx/')
      ? ['This copy of writ is one that npx throws away. Install it: npm install --global writ']
      : []),
    ...(scope === 'project' ? ['The files name paths of this machine: keep them out of version control.'] : []),
    ...(scope === 'managed' && host === 'claude-code'
      ? ['A managed install has no MCP entry: a managed list would shut out every other server.']
      : []),
  ]
}

async function ended(server: string, id: string): Promise<string[]> {
  try {
    await revokeKey(server, id)
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

type Trust = Awaited<ReturnType<typeof installer.codexTrust>>

async function trustOf(machine: Machine, place: Place, options: InstallOptions): Promise<Trust | null> {
  if (options.trust && place.scope !== 'managed') return installer.trustCodex(machine, place)
  try {
    return await installer.codexTrust(machine, place)
  } catch {
    return null
  }
}

function tellTrust({ state }: Trust, options: InstallOptions): void {
  if (state === 'trusted' || state === 'managed') return say(`${paint('green', '✓')} Codex heeds the hooks (${state}).`)
  if (options.trust) throw new CliError(`Codex does not heed the hooks: they are ${state}.`)
  const how = `open /hooks in Codex, or run: ${program()} install codex --trust`
  say(`${paint('red', '✗')} Codex passes over the hooks without a word until they are trusted: ${how}`)
}

interface Done {
  readonly title: string
  readonly folder: string
  readonly changed: boolean
  readonly files: readonly { readonly path: string; readonly action: string }[]
}

function tellInstall({ place, wanted }: InstallRequest, { title, folder, changed, files }: Done): void {
  for (const { path, action } of files) say(`${paint('dim', action.padEnd(7))} ${path}`)
  say(`${paint('dim', changed ? 'wrote  ' : 'keep   ')} ${folder}`)
  const { server, agent, wait, onUnavailable } = wanted
  if (installer.hostOf(place.host).hooks === null) {
    say(`${title} has the tools of ${server} as agent ${agent}. It has no hooks: nothing else it does is governed.`)
    return say(paint('dim', 'Start it again to see them.'))
  }
  say(`${title} asks ${server} as agent ${agent}; a call waits up to ${wait} s for a person.`)
  if (onUnavailable === 'allow') say(`${paint('yellow', '!')} While the server cannot be asked, calls run ungoverned.`)
  if (place.scope !== 'managed') {
    say(paint('dim', 'Whoever runs the client can switch this off; --managed holds against that.'))
  }
}

interface Told {
  readonly options: InstallOptions
  readonly warnings: readonly string[]
}

function tellPlan(files: readonly { path: string; action: string }[], { options, warnings }: Told): void {
  const told = files.map(({ path, action }) => ({ path, action }))
  if (options.json) return sayJson({ dry_run: true, files: told, warnings })
  for (const { path, action } of told) say(`would ${paint('dim', action.padEnd(7))} ${path}`)
  for (const warning of warnings) say(`${paint('yellow', '!')} ${warning}`)
}

export async function uninstall(client: ClientName, options: UninstallOptions): Promise<void> {
  const machine = thisMachine()
  const place = placeOf(client, options)
  if (options.dryRun) {
    const files = installer.planUninstall(machine, place).map(({ path, action }) => ({ path, action }))
    if (options.json) return sayJson({ dry_run: true, files })
    for (const { path, action } of files) say(`would ${paint('dim', action.padEnd(7))} ${path}`)
    return
  }
  const { files, key } = await installer.uninstall(machine, place)
  const revoked = key === null ? { key: null, problem: null } : await tryRevoke(key.server, key.id)
  if (options.json) sayJson({ host: place.host, scope: place.scope, files, revoked_key: revoked.key })
  else {
    for (const { path, action } of files) say(`${paint('dim', action.padEnd(7))} ${path}`)
    say(`Writ is out of ${clientOf(place.host)}${revoked.key === null ? '' : `, and its key ${revoked.key} is ended`}.`)
  }
  if (revoked.problem !== null) throw new CliError(revoked.problem)
}

async function tryRevoke(server: string, id: string): Promise<{ key: string | null; problem: string | null }> {
  const [problem = null] = await ended(server, id)
  return { key: problem === null ? id : null, problem }
}
