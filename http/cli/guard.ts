import type { Command } from 'commander'
import type { OutputOf } from '../client/index.ts'
import { actOf, type ActOptions } from './act-options.ts'
import { define, type RemoteOptions } from './define.ts'
import { guardTranscripts } from './guard-transcript.ts'
import { connect } from './remote.ts'
import { harmless, paint, paintDecision, say, sayJson } from './terminal.ts'

interface GuardOptions extends RemoteOptions, ActOptions {
  readonly transcript?: readonly string[]
}

/** For scripts: `writ guard … && act` goes on for allow and warn only. */
const exitCodes: Readonly<Record<string, number>> = { allow: 0, warn: 0, require_approval: 3, block: 4 }

export function addGuard(program: Command): void {
  const example = `guard --shell 'rm -rf /' --goal 'free some space'\n  $ writ guard --transcript ~/.claude/projects/*/*.jsonl`
  define(program, 'guard', { summary: 'Ask whether an act may be done.', example, remote: true })
    .option('--type <type>', 'kind of act: deploy, migrate, api, apply, security, or your own word')
    .option('--goal <text>', 'what the act is for')
    .option('--shell <command>', 'the shell command')
    .option('--sql <statement>', 'the SQL statement')
    .option('--file <path>', 'the file that would be written')
    .option('--content <text>', 'what would be written or sent; @path reads a file')
    .option('--url <url>', 'the address that would be called')
    .option('--method <method>', 'how it would be called', 'GET')
    .option('--target <text>', 'what is acted upon')
    .option('--system <name...>', 'systems it touches')
    .option('--risk <0-100>', 'your own estimate')
    .option('--irreversible', 'it cannot be undone')
    .option('--agent <id>', 'the agent that would act')
    .option('--transcript <files...>', 'ask about every tool call of recorded sessions of Claude Code or Codex')
    .addHelpText('after', '\nExit code: 0 allow or warn, 3 require_approval, 4 block; with --transcript 0.')
    .action(guard)
}

async function guard(options: GuardOptions): Promise<void> {
  if (options.transcript !== undefined) return guardTranscripts(options.transcript, options)
  const act = actOf(options)
  const answer = await connect(options).call('guard_evaluate', act)
  if (options.json) sayJson(answer)
  else sayAnswer(answer)
  process.exitCode = exitCodes[answer.decision] ?? 1
}

/** The axes of identity, as far as there is something to tell. */
function identityOf(answer: OutputOf<'guard_evaluate'>): string {
  const { verification_status: status, verified_by: by, replay_status: replay, act_status: act } = answer
  const told = [by === null ? status : `${status} by ${by}`]
  if (replay !== 'not_applicable') told.push(`token ${replay}`)
  if (act !== 'not_applicable') told.push(`act ${act}`)
  return told.join(' · ')
}

function sayAnswer(answer: OutputOf<'guard_evaluate'>): void {
  say(`${paintDecision(answer.decision)}  ${paint('dim', `risk ${answer.risk_score} · ${answer.decision_id}`)}`)
  say(paint('dim', `agent ${harmless(answer.agent_id ?? 'not named')} · ${identityOf(answer)}`))
  for (const reason of [...answer.reasons, ...answer.warnings]) say(`  - ${harmless(reason)}`)
  if (answer.next !== undefined) say(`  ${paint('dim', answer.next)}`)
}
