import type { Ruling } from './hosts.rules.ts'
import type { ToolEvent } from './schema.ts'

const MARK = /writ-witness-[0-9a-f]{32}/

/** The mark of a witness in a call: such a call is refused whatever the policies say, so that a seam can be tried anywhere. */
export function witnessIn({ tool_input: input }: ToolEvent): string | null {
  return MARK.exec(JSON.stringify(input ?? ''))?.[0] ?? null
}

export function refusedFor(witness: string): Ruling {
  const reason = `this call of a witness is refused on purpose (${witness}): the gate holds.`
  return { verdict: 'deny', reason, warnings: [], approved: false }
}
