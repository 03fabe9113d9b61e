import type { Connection } from '../client/index.ts'

/** Lines of the export file of a ledger, as they come in pages; every page is of the size that the first one fixed. */
export async function* exportChunks(connection: Connection): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let next: { from_seq?: number; size?: number } | null = {}
  while (next !== null) {
    const page: { size: number; lines: string[]; next_seq: number | null } = await connection.call(
      'ledger_export',
      next,
    )
    yield encoder.encode(page.lines.map((line) => `${line}\n`).join(''))
    next = page.next_seq === null ? null : { from_seq: page.next_seq, size: page.size }
  }
}

/** The signing keys as the server itself publishes them: enough against damage, not against the server's operator. */
export async function publishedKeys(connection: Connection): Promise<string[]> {
  const { parseTrustedKeys } = await import('#core/ledger/index')
  const { lines } = await connection.call('ledger_export', { limit: 1 })
  const { org } = JSON.parse(lines[0] ?? '{}') as { org?: string }
  const jwks = await connection.call('ledger_get_jwks', org === undefined ? {} : { org })
  return parseTrustedKeys(JSON.stringify(jwks))
}
