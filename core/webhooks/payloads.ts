import { loadActionWire } from '#core/actions/index'
import type { StoredEvent } from '#core/events/index'
import { loadDecisionsBySeq } from '#core/guard/index'
import type { Runtime } from '../kernel/runtime.ts'

/** What one stored event is told as: a list of `data` objects, most often one. */
type Expander = (runtime: Runtime, orgId: string, event: StoredEvent) => Promise<readonly object[]>

const actionRow: Expander = async (runtime, orgId, { ref }) => {
  const row = ref === null ? null : await loadActionWire(runtime, orgId, ref)
  return row ? [row] : []
}

const decisionRows: Expander = (runtime, orgId, { payload }) => {
  const from = Number(payload['from_seq'])
  const to = Number(payload['to_seq'])
  return Number.isSafeInteger(from) && Number.isSafeInteger(to)
    ? loadDecisionsBySeq(runtime, orgId, from, to)
    : asStored(payload)
}

const asStored = (payload: Record<string, unknown>): Promise<readonly object[]> => Promise.resolve([payload])

/** Events whose stored payload is only a reference; the row is loaded when it is told, so it is told as it is then. */
const expanders: ReadonlyMap<string, Expander> = new Map([
  ['action.created', actionRow],
  ['action.updated', actionRow],
  ['guard.decision.created', decisionRows],
])

export const payloadsOf: Expander = (runtime, orgId, event) =>
  expanders.get(event.name)?.(runtime, orgId, event) ?? asStored(event.payload)
