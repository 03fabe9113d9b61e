import { createReadStream, existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Verdict, VerifyReport } from '#core/ledger/index'
import { define, type RemoteOptions } from './define.ts'
import { CliError, UsageError } from './failure.ts'
import { exportChunks, publishedKeys } from './ledger-file.ts'
import { connect } from './remote.ts'
import { harmless, paint, program, say, sayJson } from './terminal.ts'

interface VerifyOptions extends RemoteOptions {
  readonly live?: boolean
  readonly key?: readonly string[]
  readonly checkpoint?: readonly string[]
}

export function addVerify(parent: Command): void {
  define(parent, 'verify [file]', {
    summary: 'Check an export of a ledger, without the server it came from.',
    example: 'verify ledger.jsonl --key key.txt --checkpoint kept.txt',
    remote: true,
  })
    .option('--live', 'fetch the export from the server now, instead of a file')
    .option('--key <file-or-text...>', 'keys you trust: verifier keys, fingerprints, or a file of them or a JWKS')
    .option('--checkpoint <file...>', 'checkpoints you kept: the ledger must still contain them')
    .addHelpText('after', '\nExit code: 0 when integrity, completeness and authenticity all hold, else 1.')
    .action(verify)
}

async function verify(file: string | undefined, options: VerifyOptions): Promise<void> {
  if ((file === undefined) === (options.live !== true)) throw new UsageError('Name an export file, or --live.')
  const { parseTrustedKeys, verifyExport } = await import('#core/ledger/index')
  const connection = options.live ? connect(options) : null
  const chunks = connection === null ? createReadStream(file ?? '') : exportChunks(connection)
  const given = (options.key ?? []).flatMap((key) => keysOf(key, parseTrustedKeys))
  const fromServer = connection !== null && given.length === 0
  const report = await verifyExport(chunks, {
    trustedKeys: fromServer ? await publishedKeys(connection) : given,
    knownCheckpoints: (options.checkpoint ?? []).map((path) => readFileSync(path, 'utf8')),
  })
  if (!report.ok) process.exitCode = 1
  if (options.json) return sayJson({ ...report, keys_from: fromServer ? 'server' : 'caller' })
  sayReport(report)
  if (fromServer)
    say(paint('dim', 'The keys came from the server itself; with --key from elsewhere its operator is checked too.'))
}

function keysOf(given: string, parse: (text: string) => string[]): string[] {
  const text = existsSync(given) ? readFileSync(given, 'utf8') : given
  try {
    const keys = parse(text)
    if (keys.length > 0) return keys
  } catch {
    // told below, in one sentence for every form
  }
  throw new CliError(`${given}: holds no key; give a verifier key, a fingerprint, or a file of them or a JWKS.`)
}

function sayReport(report: VerifyReport): void {
  const { integrity, completeness, authenticity, size, checkpoints, origin } = report
  say(`${paint('bold', harmless(origin ?? 'unknown log'))}: ${size} entries, ${checkpoints} checkpoints`)
  sayVerdict('integrity', 'every entry is what its hash says', integrity)
  sayVerdict('completeness', 'no entry is missing', completeness)
  sayVerdict('authenticity', `signed by ${authenticity.signedBy.join(', ')}, which you trust`, authenticity)
  if (authenticity.selfAsserted) {
    say(
      paint(
        'dim',
        `  Get the key from somewhere else than the export: "${program()} ledger keys", the /.well-known/jwks.json of the server, or its operator.`,
      ),
    )
  }
  say(report.ok ? paint('green', 'Verified.') : paint('red', 'Not verified.'))
}

function sayVerdict(name: string, good: string, { ok, problems, more }: Verdict): void {
  say(
    `${ok ? paint('green', '✓') : paint('red', '✗')} ${name.padEnd(13)} ${ok ? harmless(good) : harmless(problems[0] ?? '')}`,
  )
  for (const problem of problems.slice(1)) say(`    ${harmless(problem)}`)
  if (more > 0) say(`    and ${more} more`)
}
