import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'

/** The person who calls with a session. Keys and OAuth clients have no account scope; this says so once more. */
export function personOf({ actor }: Context): { readonly accountId: string; readonly sessionId: string } {
  if (actor.kind === 'user' && actor.accountId !== undefined && actor.sessionId !== undefined) {
    return { accountId: actor.accountId, sessionId: actor.sessionId }
  }
  throw new Fault('forbidden', 'Only a person who is signed in has an account.')
}
