import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { define, group, type RemoteOptions } from './define.ts'
import { UsageError } from './failure.ts'
import { exportChunks } from './ledger-file.ts'
import { connect } from './remote.ts'
import { program, say, sayJson } from './terminal.ts'

interface ExportOptions extends RemoteOptions {
  readonly force?: boolean
}

export function addLedger(parent: Command): void {
  const ledger = group(parent, 'ledger', 'Take the record out of the server.', 'ledger export ledger.jsonl')
  define(ledger, 'export <file>', {
    summary: 'Write the whole ledger to a file that anybody can verify; - writes to standard output.',
    example: 'ledger export ledger.jsonl',
    remote: true,
  })
    .option('--force', 'replace the file when it is there')
    .action(exportTo)
  define(ledger, 'keys', {
    summary:
      'Print the public keys that sign the ledger. Keep them: whoever verifies needs them from elsewhere than the export.',
    example: 'ledger keys > writ.keys',
    remote: true,
  }).action(keys)
  define(ledger, 'checkpoint', {
    summary: 'Print the newest signed checkpoint. Keep it: with it a rewritten past is found.',
    example: 'ledger checkpoint > checkpoint.txt',
    remote: true,
  }).action(checkpoint)
}

async function exportTo(path: string, options: ExportOptions): Promise<void> {
  if (path === '-' && options.json) throw new UsageError('--json and - both write to standard output; choose one.')
  const connection = connect(options)
  let [bytes, lines] = [0, 0]
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of exportChunks(connection)) {
      bytes += chunk.length
      lines += chunk.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0)
      yield chunk
    }
  }
  if (path === '-') return pipeline(Readable.from(chunks()), process.stdout, { end: false })
  await pipeline(Readable.from(chunks()), createWriteStream(path, { flags: options.force ? 'w' : 'wx' }))
  if (options.json) return sayJson({ file: path, lines, bytes })
  const { verifier_keys } = await connection.call('ledger_get_checkpoint', {})
  say(`${lines} lines in ${path}. Verify it with: ${program()} verify ${path} --key '${verifier_keys[0]}'`)
}

async function keys(options: RemoteOptions): Promise<void> {
  const { verifier_keys } = await connect(options).call('ledger_get_checkpoint', {})
  if (options.json) return sayJson({ verifier_keys })
  for (const key of verifier_keys) say(key)
}

async function checkpoint(options: RemoteOptions): Promise<void> {
  const answer = await connect(options).call('ledger_get_checkpoint', {})
  if (options.json) return sayJson(answer)
  process.stdout.write(answer.checkpoint.note)
  process.stderr.write(`Verifier keys of this log:\n${answer.verifier_keys.join('\n')}\n`)
}
