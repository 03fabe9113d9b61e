import type { Operation } from '#core/kernel/operation'
import type { AgentName, Caller } from './caller.ts'

/**
 * Fills in which agent speaks. On writes a configured name wins over what the model typed, and a derived one only
 * fills a gap. On reads a configured one is the default filter; a derived one is not, because a list that is cut
 * without a word looks like the whole ("nothing waits for approval"). Left alone: a key bound to an agent (the
 * operation knows), and operations whose path names the agent they are about, which is a target and not the speaker.
 */
export function withIdentity(
  op: Operation,
  { actor, agent }: Pick<Caller, 'actor' | 'agent'>,
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (!agent || actor.agentId !== null) return input
  if (!Object.hasOwn(op.input.shape, 'agent_id') || op.rest.path.includes('{agent_id}')) return input
  const given = input['agent_id'] ?? input['agentId']
  const wins = agent.configured && !op.annotations.readOnly
  const fills = (given === undefined || given === '') && (agent.configured || !op.annotations.readOnly)
  if (!wins && !fills) return input
  const { agentId: _, ...rest } = input
  return { ...rest, agent_id: agent.id }
}

/** The agent a client speaks for as far as only its own name tells. */
export function derivedAgent(name: string | undefined): AgentName | undefined {
  const id = agentIdOf(name)
  return id === undefined ? undefined : { id, configured: false }
}

/** An agent id from what a client calls itself; nothing when nothing usable is left of the name. */
export function agentIdOf(name: string | undefined): string | undefined {
  const id = (name ?? '')
    .normalize('NFKC')
    .replaceAll(/[^\w.:@/-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 128)
  return id === '' ? undefined : id
}
