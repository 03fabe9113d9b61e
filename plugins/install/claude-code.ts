import { join } from 'node:path'
import { skillFiles } from '../skill-files.ts'
import { json } from './formats.ts'
import { hookGroups, isOwnHandler } from './hook-entries.rules.ts'
import { putHooks } from './hook-groups.rules.ts'
import type { Host, Target } from './host.ts'
import { putServer, stdioEntry, takeServer } from './mcp-entry.rules.ts'
import { ownFiles } from './own-files.ts'
import { structured } from './part.ts'
import { systemRoot, type Machine, type Place } from './place.ts'

const own = isOwnHandler('claude-code')

export const claudeCode: Host = {
  name: 'claude-code',
  title: 'Claude Code',
  scopes: ['user', 'project', 'managed'],
  program: 'claude',
  hooks: { longestWait: 3600 },
  parts: {
    hooks: structured({
      format: json,
      put: (tree, entries) => putHooks(tree, hookGroups(entries, 'claude-code'), own),
      take: (tree) => putHooks(tree, [], own),
    }),
    mcp: structured({
      format: json,
      put: (tree, entries) => putServer(tree, 'mcpServers', { type: 'stdio', ...stdioEntry(entries) }),
      take: (tree) => takeServer(tree, 'mcpServers'),
    }),
  },
  targets(machine, place) {
    const { settings, servers, skills } = paths(machine, place)
    return [
      ...(skills === null ? [] : ownFiles(skills, skillFiles(), { yields: true })),
      ...(servers === null ? [] : [{ path: servers, part: 'mcp', mode: 0o600 } satisfies Target]),
      { path: settings, part: 'hooks', mode: place.scope === 'managed' ? 0o644 : 0o600 },
    ]
  },
}

interface Paths {
  readonly settings: string
  /** A managed list of servers would shut out everybody's own, so there is none. */
  readonly servers: string | null
  readonly skills: string | null
}

function paths(machine: Machine, { scope, project }: Place): Paths {
  if (scope === 'managed') return { settings: managedSettings(machine), servers: null, skills: null }
  if (scope === 'project' && project !== undefined) {
    const folder = join(project, '.claude')
    return {
      settings: join(folder, 'settings.json'),
      servers: join(project, '.mcp.json'),
      skills: join(folder, 'skills'),
    }
  }
  const { CLAUDE_CONFIG_DIR: moved } = machine.env
  const folder = moved ?? join(machine.home, '.claude')
  return {
    settings: join(folder, 'settings.json'),
    servers: moved === undefined ? join(machine.home, '.claude.json') : join(moved, '.claude.json'),
    skills: join(folder, 'skills'),
  }
}

export function managedSettings(machine: Machine): string {
  const folder = machine.platform === 'darwin' ? 'Library/Application Support/ClaudeCode' : 'etc/claude-code'
  return join(systemRoot(machine), folder, 'managed-settings.json')
}

/** Every file of settings that could switch this install off. */
export function settingsFiles(machine: Machine, place: Place): string[] {
  const user = paths(machine, { ...place, scope: 'user' }).settings
  return [...new Set([user, paths(machine, place).settings, managedSettings(machine)])]
}
