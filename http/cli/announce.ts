import { fileURLToPath } from 'node:url'
import { version } from '#core/system/index'
import type { RunningServer } from '../serve.ts'
import { paint, program } from './terminal.ts'

export interface Announcement {
  readonly server: RunningServer
  readonly data: string
  /** The operator chose the admin key: it is not repeated. */
  readonly presetAdmin: boolean
  readonly saved: boolean
  /** Other commands of this user find the server without being told where it is. */
  readonly isFound: boolean
}

/** What `writ serve` says when it is ready; the keys only on the start that made them. */
export function announcement({ server, data, presetAdmin, saved, isFound }: Announcement): string {
  const { url, first, setupUrl } = server
  const lines = [
    `${paint('bold', 'Writ')} ${version} is serving.`,
    '',
    row('Address', url),
    row('MCP', `${url}/mcp`),
    row('Data', data),
    ...(setupUrl === null
      ? []
      : ['', 'Make your account, once; the link lasts a day:', `  ${paint('bold', setupUrl)}`]),
  ]
  const pending = row('Pending', `${program()} approvals`)
  const where = isFound ? [] : [`  export WRIT_URL=${url}`]
  if (first === null) return [...lines, pending, ...(isFound ? [] : ['', 'In other terminals:', ...where])].join('\n')
  const admin = presetAdmin ? 'the one you set in WRIT_ADMIN_KEY' : first.admin.secret
  const agent = first.agent.secret
  return [
    ...lines,
    '',
    'Connect an agent: it sends you to a page that asks what it may, and needs no key:',
    `  claude mcp add --transport http writ ${url}/mcp && claude mcp login writ`,
    `  codex mcp add writ --url ${url}/mcp`,
    '',
    paint('yellow', 'Keys, shown this once:'),
    row('Admin key', admin),
    row('', 'for your scripts and this command: approve, policies, keys'),
    row('Agent key', agent),
    row('', 'for hooks, CI and clients on stdio: ask, record, report; can never approve'),
    '',
    'Connect an agent with its key:',
    `  claude mcp add --transport http writ ${url}/mcp --header "x-api-key: ${agent}"`,
    `  codex mcp add writ --env WRIT_URL=${url} --env WRIT_API_KEY=${agent} -- ${bridge()}`,
    '',
    'See it work, in another terminal:',
    ...where,
    ...(saved ? [] : [`  export WRIT_API_KEY=${presetAdmin ? '$WRIT_ADMIN_KEY' : admin}`]),
    `  ${program()} demo`,
  ].join('\n')
}

/** A host starts the bridge by itself, so it needs a command that works outside this directory and prints nothing else. */
function bridge(): string {
  if (program() === 'writ') return 'writ mcp'
  return `${process.execPath} ${fileURLToPath(new URL('bin.mjs', import.meta.url))} mcp`
}

function row(name: string, value: string): string {
  return `  ${paint('dim', name.padEnd(10))} ${value}`
}
