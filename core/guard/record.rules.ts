import type { Sighting } from '#core/agents/index'
import type { Draft } from '#core/ledger/index'
import type { Decision } from '#core/policies/index'

/** A row as it goes to `writ_record`: column name → JSON value. */
export type Row = Readonly<Record<string, unknown>>

/** One decision and whatever must stand or fall with it. */
export interface Recordable {
  readonly orgId: string
  /** Control revision the decision was made under. */
  readonly control: number
  /** Ledger entries; the first one is the decision's and gives the row its `seq`. */
  readonly entries: readonly Draft[]
  readonly decision: Row
  /** What the decision was made from; JSON. */
  readonly context: unknown
  /** The grade of the act; JSON, null without one. */
  readonly evidence: unknown
  readonly action?: Row
  readonly approval?: Row
  readonly events: readonly { readonly name: string; readonly ref: string; readonly payload: Row }[]
  readonly idempotency?: { readonly key: string; readonly digest: string }
  readonly session?: { readonly id: string; readonly flags: readonly string[] }
  /** The agent that was heard of by this decision; absent where enrolment is closed and it is not known. */
  readonly sighting?: Sighting
  readonly agentId: string | null
  readonly outcome: Decision
  readonly actionType: string
  readonly at: Date
}

export interface Recorded {
  readonly seq: number
}

class ControlMoved extends Error {
  override readonly name = 'ControlMoved'
}

class KeyRaced extends Error {
  override readonly name = 'KeyRaced'
}

/** What governs the org changed between deciding and recording: decide again. */
export const isControlMoved = {
  make: (): Error => new ControlMoved('The policies or controls of the org changed while deciding.'),
  test: (error: unknown): boolean => error instanceof ControlMoved,
}

/** A parallel call with the same idempotency key was recorded first: answer with its decision. */
export const isKeyRaced = {
  make: (): Error => new KeyRaced('A parallel call used the same idempotency key.'),
  test: (error: unknown): boolean => error instanceof KeyRaced,
}
