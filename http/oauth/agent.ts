import { isForeignAgent, type Membership } from '#core/grants/index'
import { snapshots } from '#core/guard/index'
import type { Runtime } from '#core/kernel/runtime'
import { scopesOf, type PersonRole } from '#core/kernel/scope'
import type { Person } from './person.ts'
import { suggestedAgentId } from './registration.rules.ts'

/** Who may register agents may name any: what an admin can do by a bound key they can do by consent. */
function mayNameAny(role: PersonRole): boolean {
  return scopesOf(role).includes('agents:pause')
}

/** The client's name as an agent id; with the person's own name behind it where the id is somebody else's. */
export async function agentIdFor(
  runtime: Runtime,
  person: Person,
  { orgId, clientName }: { readonly orgId: string; readonly clientName: string },
): Promise<string> {
  const agentId = suggestedAgentId(clientName)
  if (!(await isForeignAgent(runtime.db, orgId, { accountId: person.accountId, agentId }))) return agentId
  const [local = ''] = person.email.split('@')
  return suggestedAgentId(`${agentId} ${local}`)
}

/** A grant bound to an agent speaks for it, so nobody takes the id of an agent that is not theirs. */
export async function mayActAs(
  runtime: Runtime,
  person: Person,
  { org, agentId }: { readonly org: Membership; readonly agentId: string },
): Promise<boolean> {
  if (mayNameAny(org.role)) return true
  return !(await isForeignAgent(runtime.db, org.org_id, { accountId: person.accountId, agentId }))
}

/**
 * By consent an agent is let in; where enrolment is closed, only by who may let agents in. To be asked before the
 * transaction: it may have to read, and the embedded database has one session.
 */
export async function isLetIn(runtime: Runtime, { org_id, role }: Membership): Promise<boolean> {
  const { settings } = await runtime.use(snapshots).get(org_id)
  return settings.agent_enrolment !== 'closed' || mayNameAny(role)
}
