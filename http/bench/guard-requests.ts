import { jsonPost } from './load.ts'

const COMMANDS = [
  'git status --short',
  'git diff --stat HEAD~1',
  'npm test -- --run src/billing',
  'rg -n "retry" packages/api/src | head -20',
  'sed -n 1,80p services/billing/src/invoice.ts',
  'docker compose -f ops/compose.yaml ps',
  'find . -name "*.test.ts" -newer package.json -print | wc -l',
  'jq -r ".scripts | keys[]" package.json | sort | head -40',
  'kubectl -n staging rollout status deploy/web --timeout=60s',
  'python3 -m pytest -q tests/unit && echo done',
  'mkdir -p build/report && cp coverage/index.html build/report/',
  'tsc -p . --noEmit && oxlint src',
]
const GOALS = [
  'See what changed before the commit',
  'Run the unit tests of the billing module after the fix of the rounding error',
  'Find where the retry policy is applied, so that the timeout can be raised',
  'Check that the staging rollout has finished',
  'Collect the coverage report for the weekly summary',
]
const TYPES = ['review', 'build', 'fix', 'test', 'apply', 'sync', 'config', 'research']
/** What needs a person or is refused: one call in thirty, so that both roads are in the mix. */
const RARE = [
  { action_type: 'deploy', command: 'kubectl -n production rollout restart deploy/web' },
  { action_type: 'fix', command: 'sudo rm -rf / --no-preserve-root' },
]

/** Different requests as coding agents send them: a goal, a shell command as evidence, the session it belongs to. */
export function guardRequests(count = 240): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, n) => {
    const rare = n % 30 === 29 ? RARE[Math.floor(n / 30) % RARE.length] : undefined
    const command = rare?.command ?? `${COMMANDS[n % COMMANDS.length]}${n % 3 === 0 ? '' : ` # ${n}`}`
    return {
      action_type: rare?.action_type ?? TYPES[n % TYPES.length],
      declared_goal: GOALS[n % GOALS.length],
      agent_id: `agent-${(n * 13) % 60}`,
      systems_touched: [['repository', 'ci', 'staging'][n % 3]],
      reversible: true,
      risk_score: (n * 7) % 40,
      target: `packages/p${n % 40}`,
      session_id: `session-${n % 60}`,
      act: { kind: 'shell', command },
    }
  })
}

/** The same requests as bytes for one server. */
export function guardPosts(url: string, key: string): Buffer[] {
  return guardRequests().map((body) => jsonPost(`${url}/api/guard`, body, { 'x-api-key': key }))
}
