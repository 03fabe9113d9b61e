import { readFileSync } from 'node:fs'
import type { Row } from './rows.ts'

const MOST = 6_000

/** What the default tool list costs a client, in o200k tokens, as the generated surface file says. */
export function surfaceSection(): Row[] {
  const file = new URL('../../mcp/surface.gen.json', import.meta.url)
  const { tokens, tools } = JSON.parse(readFileSync(file, 'utf8')) as { tokens: number; tools: readonly unknown[] }
  const reached = `${tokens} tokens, ${tools.length} tools`
  return [{ name: 'MCP: the default tools/list answer', reached, goal: `<= ${MOST} tokens`, ok: tokens <= MOST }]
}
