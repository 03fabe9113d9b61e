import type { Command } from 'commander'
import type { InputOf, OutputOf } from '../client/index.ts'
import { define, type RemoteOptions } from './define.ts'
import { wholeNumber } from './option.rules.ts'
import { connect } from './remote.ts'
import { ago, harmless, paint, say, sayJson, sayTable } from './terminal.ts'

interface ActionsOptions extends RemoteOptions {
  readonly status?: string
  readonly agent?: string
  readonly days?: number
  readonly limit: number
}

type Action = OutputOf<'actions_get'>['action']

export function addActions(program: Command): void {
  define(program, 'actions [action-id]', {
    summary: 'List what agents did and do, newest first; or show one action.',
    example: 'actions --status running --agent deploy-bot',
    remote: true,
  })
    .option('--status <status>', 'running, completed, failed, pending_approval, blocked, …')
    .option('--agent <id>', 'of one agent')
    .option('--days <number>', 'of the last days', wholeNumber(1, 365))
    .option('--limit <number>', 'how many at most', wholeNumber(1, 200), 20)
    .action((id: string | undefined, options: ActionsOptions) => (id === undefined ? list(options) : show(id, options)))
}

async function list(options: ActionsOptions): Promise<void> {
  const { status, agent, days, limit } = options
  const wanted = {
    limit,
    ...(status === undefined ? {} : { status: status as NonNullable<InputOf<'actions_list'>['status']> }),
    ...(agent === undefined ? {} : { agent_id: agent }),
    ...(days === undefined ? {} : { days }),
  }
  const answer = await connect(options).call('actions_list', wanted)
  if (options.json) return sayJson(answer)
  if (answer.actions.length === 0) return say('No actions.')
  const rows = answer.actions.map((action) => [
    action.action_id,
    ago(action.created_at),
    action.agent_id,
    action.action_type,
    { painted: paintStatus(action.status) },
    action.outcome_status,
    action.risk_score,
    action.declared_goal,
  ])
  sayTable(['ACTION', 'AGO', 'AGENT', 'TYPE', 'STATUS', 'OUTCOME', 'RISK', 'GOAL'], rows)
  if (answer.next_cursor !== null) say(paint('dim', `${answer.actions.length} of ${answer.total}; more with --limit`))
}

async function show(id: string, options: ActionsOptions): Promise<void> {
  const answer = await connect(options).call('actions_get', { action_id: id })
  if (options.json) return sayJson(answer)
  const { action, assumptions, open_loops: loops } = answer
  for (const [name, value] of shownFields(action)) say(`${paint('dim', name.padEnd(12))} ${harmless(value)}`)
  for (const { assumption, validated, invalidated } of assumptions) {
    say(
      `${paint('dim', 'assumes'.padEnd(12))} ${harmless(assumption)}${validated ? ' (holds)' : invalidated ? ' (does not hold)' : ''}`,
    )
  }
  for (const { loop_id, status, description } of loops) {
    say(`${paint('dim', 'loop'.padEnd(12))} ${harmless(description)} (${status}, ${harmless(loop_id)})`)
  }
}

function shownFields(action: Action): [string, string][] {
  const cost = action.cost_estimate === null ? null : `${action.cost_estimate} USD`
  const fields: [string, string | number | null][] = [
    ['action', action.action_id],
    ['goal', action.declared_goal],
    ['type', action.action_type],
    ['agent', action.agent_id],
    ['identity', action.verification_status],
    ['token', action.replay_status === 'not_applicable' ? null : action.replay_status],
    ['bound act', action.act_status === 'not_applicable' ? null : action.act_status],
    ['signed', action.verified ? 'yes, by the registered key' : null],
    ['target', action.target],
    ['status', action.status],
    ['risk', action.risk_score],
    ['decision', action.guard_decision_id],
    ['approved by', action.approved_by],
    ['outcome', action.outcome_status],
    ['summary', action.outcome_summary ?? action.output_summary],
    ['error', action.outcome_error ?? action.error_message],
    ['cost', cost],
    ['created', action.created_at],
  ]
  return fields.flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]))
}

function paintStatus(status: string): string {
  if (status === 'completed') return paint('green', status)
  if (status === 'blocked' || status === 'failed') return paint('red', status)
  return status === 'pending_approval' ? paint('magenta', status) : status
}
