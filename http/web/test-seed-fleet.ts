import type { Writ } from '../client/index.ts'

const DAY_MS = 86_400_000
const DAYS = 40

/** Forty days of an agent's work; in the last week it edits less, runs more commands, and its tasks cost twice as much. */
function deployDays(now: number): object[] {
  return Array.from({ length: DAYS }, (_, n) => DAYS - 1 - n).flatMap((back) => {
    const at = (n: number): string => new Date(now - back * DAY_MS - n * 60_000).toISOString()
    const changed = back < 7
    const common = { agent_id: 'deploy-bot', model: 'claude-sonnet-4-5' }
    const tasks = Array.from({ length: 6 }, (_, n) => ({
      ...common,
      type: 'task',
      timestamp: at(n),
      task: n % 3 === 0 ? 'Roll back a release' : 'Roll out a release',
      outcome: (back + n) % 9 === 0 ? 'failure' : 'success',
      duration_ms: 60_000 + 4000 * ((back * 7 + n * 3) % 11),
      cost_usd: (changed ? 0.26 : 0.14) + 0.03 * ((back * 5 + n) % 7),
      value_usd: 2,
    }))
    const tools = Array.from({ length: 10 }, (_, n) => ({
      agent_id: 'deploy-bot',
      type: 'tool_call',
      timestamp: at(n + 10),
      tool_name: n < (changed ? 7 : 3) ? 'bash' : n < 8 ? 'edit' : 'read',
      input: { step: back * 10 + n },
    }))
    return [...tasks, ...tools]
  })
}

/** What a coding agent spends each day; today it is a lot, and of one model nobody knows the price. */
function coderDays(now: number): object[] {
  return Array.from({ length: DAYS }, (_, back) => ({
    agent_id: 'coder',
    type: 'cost',
    timestamp: new Date(now - back * DAY_MS).toISOString(),
    model: back % 2 === 0 ? 'claude-opus-4-1' : 'gpt-5-mini',
    tokens_in: 180_000 + 9000 * ((back * 3) % 8),
    tokens_out: 12_000 + 1000 * ((back * 5) % 6),
    cost_usd: back === 0 ? 19.4 : 2.1 + 0.25 * ((back * 3) % 8),
  }))
}

/** Makes alerts: too many errors in a minute, one call over and over. */
function troubles(): object[] {
  const again = { agent_id: 'coder', type: 'tool_call', tool_name: 'read', input: { path: 'package.json' } }
  return [
    ...Array.from({ length: 6 }, () => ({ agent_id: 'migrator', type: 'error', error: 'lock timeout on orders' })),
    ...Array.from({ length: 6 }, () => again),
    { agent_id: 'coder', type: 'cost', model: 'local-llama', tokens_in: 42_000, tokens_out: 3000 },
    { agent_id: 'billing-agent', type: 'status_change', status: 'error', message: 'The ledger of refunds is locked' },
  ]
}

/** Work, costs, alerts, versions and forks, all told through the operations that agents use. */
export async function seedFleet(person: Writ): Promise<void> {
  const now = Date.now()
  // The same troubles twice: an alert that is raised again is counted.
  for (const events of [deployDays(now), coderDays(now), troubles(), troubles()]) {
    const { rejected } = await person.call('telemetry_collect', { events })
    if (rejected.length > 0) throw new Error(`Refused: ${rejected[0]?.error}`)
  }
  const agent_id = 'deploy-bot'
  const content = {
    prompt: 'You roll out releases.\nStop at the first error.',
    tools: [{ name: 'bash' }, { name: 'read' }],
  }
  await person.call('agent_versions_create', { agent_id, ...content, commit_message: 'First version' })
  const prompt = 'You roll out releases.\nStop at the first error and roll back.\nSay what you did.'
  await person.call('agent_versions_create', { agent_id, prompt, commit_message: 'Rolls back by itself', tags: ['v2'] })
  const fork = { agent_id, fork_type: 'exact_clone', new_agent_id: 'deploy-canary', name: 'Deploy canary' } as const
  await person.call('agent_versions_fork', fork)
  await person.call('agent_versions_fork', {
    agent_id,
    fork_type: 'prompt_mutation',
    new_agent_id: 'deploy-cautious',
    name: 'Deploy cautious',
    prompt: `${prompt}\nAsk before each step.`,
  })
  await person.call('agent_versions_fork', {
    agent_id: 'deploy-cautious',
    fork_type: 'tool_mutation',
    new_agent_id: 'deploy-dry',
    name: 'Deploy, dry runs',
    tools: [{ name: 'read' }],
  })
}
