import { relative } from 'node:path'
import { stderr } from 'node:process'
import type { Command } from 'commander'
import { define } from './define.ts'
import { parseMinutes } from './duration.rules.ts'
import { CliError } from './cli-error.ts'
import { readPolicyFile } from './policy-file.ts'
import { wholeNumber } from './option.rules.ts'
import type { ScanTotal } from './scan-sum.ts'
import { harmless, paint, paintDecision, say, sayJson, sayTable, sentences } from './terminal.ts'

interface ScanOptions {
  readonly json?: boolean
  readonly policy?: string
  readonly since?: string
  readonly top: number
}

export function addScan(program: Command): void {
  define(program, 'scan [paths...]', {
    summary:
      'What your agents did so far, judged: what would have been blocked or asked, and secrets that were exposed.',
    example: 'scan\n  $ writ scan --since 7d --policy team.yaml\n  $ writ scan ~/.claude/projects/-home-me-app',
  })
    .option('--policy <file>', 'judge by these policies; else by those that a new organization starts with')
    .option('--since <time>', 'only recordings written to in this time: 12h, 30d')
    .option('--top <number>', 'how many of the riskiest calls to show', wholeNumber(1, 100), 10)
    .addHelpText(
      'after',
      '\nReads the histories of Claude Code and Codex on this machine. Needs no server, and nothing leaves the machine.\nPolicies that count, or ask others, say nothing here.',
    )
    .action(scan)
}

async function scan(paths: readonly string[], options: ScanOptions): Promise<void> {
  const { defaultRows, historiesIn, historyFolders, scanHistories } = await import('./scan-run.ts')
  const rows = options.policy === undefined ? defaultRows() : await readPolicyFile(options.policy)
  const since = options.since === undefined ? null : new Date(Date.now() - parseMinutes(options.since) * 60_000)
  const histories = historiesIn(paths.length > 0 ? paths : historyFolders(), since)
  if (histories.length === 0) throw new CliError('There is no recording of Claude Code or Codex here.')
  const started = performance.now()
  const all = histories.reduce((sum, { bytes }) => sum + bytes, 0)
  const total = await scanHistories(histories, rows, (done) => showProgress(done / all))
  showProgress(null)
  const seconds = (performance.now() - started) / 1000
  const risky = total.risky.slice(0, options.top)
  if (options.json) return sayJson({ ...total, risky, seconds })
  sayTotal({ ...total, risky }, seconds)
}

const BAR = 30

/** On a terminal only, and gone when it is done. */
function showProgress(share: number | null): void {
  if (!stderr.isTTY) return
  if (share === null) {
    stderr.write('\r\u001B[K')
    return
  }
  const full = Math.round(share * BAR)
  stderr.write(`\r${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${Math.floor(share * 100)} %`)
}

function sayTotal(total: ScanTotal, seconds: number): void {
  const { files, bytes, calls, counts, risky, secrets, moreSecrets } = total
  const speed = `${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`
  say(`${paint('bold', `${calls} tool calls`)} in ${files} recordings ${paint('dim', `(${speed})`)}`)
  say()
  const words = {
    block: 'would have been blocked',
    require_approval: 'would have waited for a person',
    warn: 'would have gone on with a warning',
  }
  for (const decision of ['block', 'require_approval', 'warn'] as const) {
    say(`${String(counts[decision]).padStart(8)}  ${paintDecision(decision)}  ${paint('dim', words[decision])}`)
  }
  if (risky.length > 0) {
    say()
    say(paint('bold', `The riskiest ${risky.length}`))
    const rows = risky.map((one) => [
      one.at?.slice(0, 16).replace('T', ' ') ?? '-',
      one.tool,
      one.summary,
      one.times,
      { painted: paintDecision(one.decision) },
      one.risk,
      sentences(one.reasons),
    ])
    sayTable(['FIRST', 'TOOL', 'ACT', 'TIMES', 'DECISION', 'RISK', 'WHY'], rows)
  }
  sayExposed(secrets, moreSecrets)
  for (const problem of total.problems) say(paint('yellow', harmless(problem)))
  say()
  say(paint('dim', 'To have calls ruled on before they run: writ install claude, or writ install codex --trust'))
}

function sayExposed(secrets: ScanTotal['secrets'], more: number): void {
  say()
  if (secrets.length === 0) return say('No secret was found in them.')
  say(paint('bold', `${secrets.length + more} secrets stand in these recordings; who can read the files has them`))
  const shown = secrets
    .slice(0, 20)
    .map(({ pattern, preview, file }) => [pattern, preview, relative(process.cwd(), file)])
  sayTable(['KIND', 'BEGINS', 'WHERE'], shown)
  if (secrets.length + more > 20) say(paint('dim', `and ${secrets.length + more - 20} more (--json lists up to 1,000)`))
}
