import { version } from '#core/system/index'
import type { RunningServer } from '../serve.ts'
import { paint } from './terminal.ts'

export interface Announcement {
  readonly server: RunningServer
  readonly data: string
  /** The operator chose the admin key: it is not repeated. */
  readonly presetAdmin: boolean
  readonly saved: boolean
  /** How to call this program again. */
  readonly program: string
}

/** What `writ serve` says when it is ready; the keys only on the start that made them. */
export function announcement({ server, data, presetAdmin, saved, program }: Announcement): string {
  const { url, first } = server
  const lines = [
    `${paint('bold', 'Writ')} ${version} is serving.`,
    '',
    row('Address', url),
    row('MCP', `${url}/mcp`),
    row('Data', data),
  ]
  if (first === null) return [...lines, '', `Pending approvals: ${program} approvals`].join('\n')
  const admin = presetAdmin ? 'the one you set in WRIT_ADMIN_KEY' : first.admin.secret
  const agent = first.agent.secret
  return [
    ...lines,
    '',
    paint('yellow', 'Keys, shown this once:'),
    row('Admin key', admin),
    row('', 'for people: approve, policies, keys'),
    row('Agent key', agent),
    row('', 'for agents: ask, record, report; can never approve'),
    '',
    'Connect an agent:',
    `  claude mcp add --transport http writ ${url}/mcp --header "x-api-key: ${agent}"`,
    `  codex mcp add writ --env WRIT_URL=${url} --env WRIT_API_KEY=${agent} -- writ mcp`,
    '',
    'See it work, in another terminal:',
    ...(saved ? [] : [`  export WRIT_API_KEY=${presetAdmin ? '$WRIT_ADMIN_KEY' : admin}`]),
    `  ${program} demo`,
  ].join('\n')
}

function row(name: string, value: string): string {
  return `  ${paint('dim', name.padEnd(10))} ${value}`
}
