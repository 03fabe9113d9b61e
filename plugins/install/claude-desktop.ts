import { join } from 'node:path'
import { json } from './formats.ts'
import type { Host } from './host.ts'
import { putServer, stdioEntry, takeServer } from './mcp-entry.rules.ts'
import { structured } from './part.ts'
import type { Machine } from './place.ts'

/** Without hooks: Writ's tools are offered, and nobody else's are governed. */
export const claudeDesktop: Host = {
  name: 'claude-desktop',
  title: 'Claude Desktop',
  scopes: ['user'],
  program: null,
  hooks: null,
  parts: {
    mcp: structured({
      format: json,
      put: (tree, entries) => putServer(tree, 'mcpServers', stdioEntry(entries)),
      take: (tree) => takeServer(tree, 'mcpServers'),
    }),
  },
  targets: (machine) => [{ path: join(folder(machine), 'claude_desktop_config.json'), part: 'mcp', mode: 0o600 }],
}

function folder({ platform, env, home }: Machine): string {
  if (platform === 'darwin') return join(home, 'Library/Application Support/Claude')
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData/Roaming'), 'Claude')
  return join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'Claude')
}
