import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import type { Host } from './host.ts'
import { InstallError, type HostName } from './place.ts'

export const hosts: readonly Host[] = [claudeCode, codex]

export function hostOf(name: HostName): Host {
  const host = hosts.find((one) => one.name === name)
  if (host === undefined) throw new InstallError(`Writ cannot be installed into ${name}.`)
  return host
}
