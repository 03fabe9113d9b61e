import { readFileSync } from 'node:fs'
import { version } from '#core/system/index'
import { executable, file, jsonFile, within, type Bundle } from '../bundle.ts'
import { skillFiles } from '../skill-files.ts'

const description = 'Asks Writ before every tool call; people approve what policy says.'

/** A marketplace of one plugin, in one folder that both Claude Code and Codex read. */
export function claudeAndCodexPlugin(): Bundle {
  return {
    '.claude-plugin/marketplace.json': jsonFile({
      name: 'writ-market',
      owner: { name: 'Writ' },
      description: 'The plugin of Writ',
      plugins: [{ name: 'writ', source: './plugins/writ', description }],
    }),
    '.agents/plugins/marketplace.json': jsonFile({
      name: 'writ-market',
      interface: { displayName: 'Writ' },
      plugins: [
        {
          name: 'writ',
          source: { source: 'local', path: './plugins/writ' },
          policy: { installation: 'AVAILABLE', authentication: 'ON_INSTALL' },
          category: 'Productivity',
        },
      ],
    }),
    ...within('plugins/writ', plugin()),
  }
}

const readme = `# Writ

Every tool call is asked about at your Writ server before it runs. A call that policy forbids comes back with the
reason; one that a person must decide waits for them. What was asked, decided and done is on a record that can be
verified.

The plugin hands each call to a gate that knows your server and the key of this client. Set it up once, with the
program \`writ\` on your path:

    writ install claude --gate-only
    writ install codex --gate-only

Without that gate, every tool call is refused. Codex passes over hooks until you trust them: open /hooks.
`

function plugin(): Bundle {
  const skills = within('skills', skillFiles())
  const hasSkills = Object.keys(skills).length > 0
  return {
    'README.md': file(readme),
    '.claude-plugin/plugin.json': jsonFile({
      name: 'writ',
      version,
      description,
      author: { name: 'Writ' },
      license: 'Apache-2.0',
    }),
    '.codex-plugin/plugin.json': jsonFile({
      name: 'writ',
      version,
      description,
      ...(hasSkills ? { skills: './skills/' } : {}),
      mcpServers: './.mcp.codex.json',
      hooks: './hooks/hooks.json',
      interface: { displayName: 'Writ', shortDescription: 'Asks before risky actions', category: 'Productivity' },
    }),
    'hooks/hooks.json': jsonFile(hooks()),
    'hooks/gate.sh': executable(readFileSync(new URL('delegate.sh', import.meta.url), 'utf8')),
    '.mcp.json': jsonFile(servers('claude-code')),
    '.mcp.codex.json': jsonFile(servers('codex')),
    ...skills,
  }
}

/** Only what both clients read: strings for a shell, no key beside `description` and `hooks`. */
function hooks() {
  const call = (event: string): string => `/bin/sh "\${CLAUDE_PLUGIN_ROOT}/hooks/gate.sh" ${event}`
  const told = (event: string) => ({ type: 'command', command: `${call(event)} || exit 0`, timeout: 20 })
  // Longer than any gate waits for a person.
  const ask = { type: 'command', command: `${call('ask')} || exit 2`, timeout: 3660, onFailure: 'block' }
  return {
    description: 'Writ',
    hooks: {
      SessionStart: [{ hooks: [told('start')] }],
      PreToolUse: [{ matcher: '*', hooks: [ask] }],
      PostToolUse: [{ matcher: '*', hooks: [told('record')] }],
      PostToolUseFailure: [{ matcher: '*', hooks: [told('record')] }],
      Stop: [{ hooks: [told('stop')] }],
      SessionEnd: [{ hooks: [told('stop')] }],
    },
  }
}

/** The program by its name on the path: what a registry has under that name may be somebody else's. */
function servers(host: string) {
  return { mcpServers: { writ: { command: 'writ', args: ['mcp', '--host', host] } } }
}
