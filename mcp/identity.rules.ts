import type { Operation } from '#core/kernel/operation'
import type { Caller } from './caller.ts'

/**
 * Fills in which agent speaks. On writes a configured name wins over what the model typed, and a derived one only
 * fills a gap; on reads either is the default filter. Left alone: a key bound to an agent (the operation knows), and
 * operations whose path names the agent they are about, which is a target and not the speaker.
 */
export function withIdentity(
  op: Operation,
  { actor, agent }: Pick<Caller, 'actor' | 'agent'>,
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (!agent || actor.agentId !== null) return input
  if (!Object.hasOwn(op.input.shape, 'agent_id') || op.rest.path.includes('{agent_id}')) return input
  const given = input['agent_id'] ?? input['agentId']
  if (given !== undefined && given !== '' && (op.annotations.readOnly || !agent.configured)) return input
  const { agentId: _, ...rest } = input
  return { ...rest, agent_id: agent.id }
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
