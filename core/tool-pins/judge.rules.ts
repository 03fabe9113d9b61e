import { scanInjection } from '#core/scans/index'
import type { Reason } from './reason.ts'
import { changedFields, textsIn, type Seen } from './seen.rules.ts'
import { looksLikeWrits } from './skeleton.rules.ts'

/** A definition that is known already. */
export interface Known {
  readonly server: string
  readonly tool: string
  readonly definition: string
  readonly state: 'pinned' | 'quarantined'
}

/** What speaks against a definition that was never seen before. `before`: of this tool, oldest first. */
export function judge(now: Seen, before: readonly Known[], twins: readonly Known[]): Reason[] {
  return [...changed(now, before), ...twinned(now, twins), ...injected(now)]
}

function changed(now: Seen, before: readonly Known[]): Reason[] {
  if (before.length === 0) return []
  const trusted = before.findLast(({ state }) => state === 'pinned')
  if (trusted === undefined) return [{ kind: 'changed', detail: 'No definition of this tool was approved so far.' }]
  const fields = changedFields(trusted.definition, now.definition).join(', ')
  return [{ kind: 'changed', detail: `It is not what was trusted: ${fields} changed.` }]
}

function twinned(now: Seen, twins: readonly Known[]): Reason[] {
  const own = looksLikeWrits(now.skeleton)
    ? [{ kind: 'twin', detail: "It is named like a tool of Writ's own." } as const]
    : []
  const others = twins.map(({ server, tool }) => {
    const how = tool === now.tool ? 'the same as' : 'to be taken for'
    return { kind: 'twin', detail: `Its name is ${how} "${tool}" of the server "${server}".` } as const
  })
  return [...own, ...others]
}

function injected({ definition }: Seen): Reason[] {
  const { risk_level: risk, findings } = scanInjection(textsIn(definition))
  if (risk !== 'high' && risk !== 'critical') return []
  const where = [...new Set(findings.slice(0, 5).map((finding) => finding.where || 'name'))].join(', ')
  return [{ kind: 'injection', detail: `It holds instructions aimed at the agent (${risk} risk), in ${where}.` }]
}
