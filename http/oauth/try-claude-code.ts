import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  environment,
  lineWith,
  loggedIn,
  said,
  started,
  startedInTerminal,
  type Place,
  type RealClient,
} from './try-programs.ts'

/** `@anthropic-ai/claude-code`. Its log-in wants a terminal; its hooks can call a tool before any model is asked. */
export function claudeCode({ programs, home }: Place): RealClient {
  const program = join(programs, 'claude')
  const env = environment(home, {
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // There is no model here, and nobody is to be asked for one.
    ANTHROPIC_API_KEY: 'none',
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
  })
  const run = (...args: string[]): Promise<string> => said(started(program, args, env))
  return {
    name: 'claude-code',
    calledItself: 'Claude Code (writ)',
    agentId: 'claude-code',
    document: 'https://claude.ai/oauth/claude-code-client-metadata',
    version: async () => lineWith(await run('--version'), /\d+\.\d+/),
    add: async (url) => lineWith(await run('mcp', 'add', '--transport', 'http', 'writ', url), /^Added/),
    login: async (person) => {
      const child = startedInTerminal(program, ['mcp', 'login', 'writ', '--no-browser'], env)
      return lineWith(await loggedIn(child, person), /Authenticat|success/i)
    },
    use: async () => {
      const settings = join(home, 'settings.json')
      await writeFile(settings, JSON.stringify(askingHook))
      const health = lineWith(await run('mcp', 'list'), /^writ: .*Connected/)
      // Without a model the run fails, after the hook.
      await run('-p', 'hello', '--settings', settings, '--max-turns', '1').catch(() => undefined)
      return health
    },
    refused: async () => lineWith(await run('mcp', 'list'), /^writ: .*(authenticat|failed)/i),
  }
}

const askingHook = {
  env: { CLAUDE_CODE_MAX_RETRIES: '0' },
  hooks: {
    UserPromptSubmit: [
      {
        hooks: [
          {
            type: 'mcp_tool',
            server: 'writ',
            tool: 'writ_guard',
            input: { action_type: 'read', declared_goal: 'try', act: { kind: 'shell', command: 'ls' } },
          },
        ],
      },
    ],
  },
}
