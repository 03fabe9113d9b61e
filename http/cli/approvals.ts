import { isCancel, text } from '@clack/prompts'
import type { Command } from 'commander'
import type { Connection, OutputOf } from '../client/index.ts'
import { define, type RemoteOptions } from './define.ts'
import { parseMinutes } from './duration.rules.ts'
import { CliError } from './failure.ts'
import { wholeNumber } from './option.rules.ts'
import { connect } from './remote.ts'
import { ago, harmless, paint, program, say, sayJson, sayTable } from './terminal.ts'
import { watchApprovals } from './watch.ts'

interface ListOptions extends RemoteOptions {
  readonly watch?: boolean
  readonly limit: number
}

interface DecideOptions extends RemoteOptions {
  readonly reason?: string
  readonly for?: string
}

type PendingList = OutputOf<'actions_list'>

export function addApprovals(parent: Command): void {
  define(parent, 'approvals', { summary: 'List what waits for a person.', example: 'approvals --watch', remote: true })
    .option('--watch', 'stay, and show what comes')
    .option('--limit <number>', 'how many at most', wholeNumber(1, 200), 50)
    .action(approvals)
  const allow = { summary: 'Allow an act that waits.', example: 'approve act_0199… --for 30m', remote: true } as const
  define(parent, 'approve <action-id>', allow)
    .option('--reason <text>', 'kept in the ledger')
    .option('--for <time>', 'also allow the same kind of act on the same target for 30m, 2h, 1d, …')
    .action((id: string, options: DecideOptions) => decide(id, 'allow', options))
  const deny = {
    summary: 'Refuse an act that waits.',
    example: "deny act_0199… --reason 'use staging'",
    remote: true,
  } as const
  define(parent, 'deny <action-id>', deny)
    .option('--reason <text>', 'told to the agent and kept in the ledger')
    .action(async (id: string, options: DecideOptions) => decide(id, 'deny', await withReason(options)))
}

async function approvals(options: ListOptions): Promise<void> {
  const connection = connect(options)
  const { limit } = options
  const list = await pending(connection, limit)
  if (!options.watch) return options.json ? sayJson(list) : sayPending(list)
  await watchApprovals(connection, async () => {
    const now = await pending(connection, limit)
    if (options.json) return say(JSON.stringify(now.actions))
    if (process.stdout.isTTY) process.stdout.write('\u001B[2J\u001B[H')
    say(paint('dim', `${new Date().toLocaleTimeString()} · end with Ctrl+C`))
    sayPending(now)
  })
}

function pending(connection: Connection, limit: number): Promise<PendingList> {
  return connection.call('actions_list', { status: 'pending_approval', limit })
}

function sayPending({ actions }: PendingList): void {
  if (actions.length === 0) return say('Nothing waits for you.')
  const rows = actions.map((action) => [
    { painted: paint('bold', harmless(action.action_id)) },
    action.agent_id,
    action.action_type,
    action.risk_score,
    ago(action.created_at),
    action.approval_expires_at === null ? null : `in ${ago(action.approval_expires_at)}`,
    action.target,
    action.declared_goal,
  ])
  sayTable(['ACTION', 'AGENT', 'TYPE', 'RISK', 'WAITS', 'EXPIRES', 'TARGET', 'GOAL'], rows)
  say()
  say(paint('dim', `${program()} approve <action>   ·   ${program()} deny <action> --reason <text>`))
}

async function decide(id: string, decision: 'allow' | 'deny', options: DecideOptions): Promise<void> {
  const answer = await connect(options).call('approvals_decide', {
    action_id: id,
    decision,
    ...(options.reason === undefined ? {} : { reasoning: options.reason }),
    ...(options.for === undefined ? {} : { grant_minutes: parseMinutes(options.for) }),
  })
  if (options.json) return sayJson(answer)
  const { action, grant_policy_id: grant } = answer
  const verdict = decision === 'allow' ? paint('green', 'Allowed') : paint('red', 'Denied')
  say(
    `${verdict}: ${harmless(action.declared_goal)} ${paint('dim', `(${action.action_type} by ${harmless(action.agent_id)})`)}`,
  )
  if (grant !== null)
    say(`The same kind of act is allowed for ${options.for}; take it back with: ${program()} policy remove ${grant}`)
}

/** A refusal without a reason teaches the agent nothing: a person at a terminal is asked for one. */
async function withReason(options: DecideOptions): Promise<DecideOptions> {
  if (options.reason !== undefined || options.json || !process.stdin.isTTY || !process.stdout.isTTY) return options
  const reason = await text({ message: 'Why not? The agent is told.', placeholder: 'leave empty for no reason' })
  if (isCancel(reason)) throw new CliError('Nothing was decided.')
  return reason ? { ...options, reason } : options
}
