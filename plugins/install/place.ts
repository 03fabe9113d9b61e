import { join } from 'node:path'

export const HOST_NAMES = ['claude-code', 'codex', 'hermes', 'openclaw', 'claude-desktop'] as const
export type HostName = (typeof HOST_NAMES)[number]

export const SCOPES = ['user', 'project', 'managed'] as const
export type Scope = (typeof SCOPES)[number]

/** Where something is installed: for one person, for all who work in a project, or for the machine by its administrator. */
export interface Place {
  readonly host: HostName
  readonly scope: Scope
  /** Absolute path of the project, for that scope. */
  readonly project?: string | undefined
}

/** What of this machine counts. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** The person's home. */
  readonly home: string
  /** Writ's own folder of that person. */
  readonly writHome: string
  /** Absolute paths of Node and of the program `writ`, for clients that start it. */
  readonly node: string
  readonly bin: string
}

/** What the person can put right; the message says what and where. */
export class InstallError extends Error {
  override readonly name = 'InstallError'
}

/** The folder of the gate's own files. Of a managed install it belongs to the administrator. */
export function gateDir(machine: Machine, { host, scope }: Place): string {
  return scope === 'managed' ? join(systemRoot(machine), 'opt/writ/hosts', host) : join(machine.writHome, 'hosts', host)
}

/** `/`, except in tests, which may not write there. */
export function systemRoot({ env }: Machine): string {
  return env['WRIT_TEST_ROOT'] ?? '/'
}

/** One word for a place, unique within its host. */
export function placeKey({ scope, project }: Place): string {
  return scope === 'project' ? `project ${project}` : scope
}
