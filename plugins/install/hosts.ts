import { claudeCode } from './claude-code.ts'
import { claudeDesktop } from './claude-desktop.ts'
import { codex } from './codex.ts'
import { hermes } from './hermes.ts'
import type { Host } from './host.ts'
import { openclaw } from './openclaw.ts'
import { InstallError, type HostName } from './place.ts'

export const hosts: readonly Host[] = [claudeCode, codex, hermes, openclaw, claudeDesktop]

export function hostOf(name: HostName): Host {
  const host = hosts.find((one) => one.name === name)
  if (host === undefined) throw new InstallError(`Writ cannot be installed into ${name}.`)
  return host
}
