import type { PromptDeclaration } from './declaration.ts'

const method = `Work in this order:

1. Say back in one sentence which acts the wish is about, and what shall happen to them: allow, warn, require_approval or block.
   Ask one question if that is not clear; do not guess between "ask first" and "never".
2. Choose the most specific type that can say it. Use \`condition\` only when no other type fits.
3. Draft it as a policy that is not active. Look up the operation with writ_search_operations ("create a policy") and
   call it with writ_call_operation; name the policy after its effect.
4. Replay the draft over recorded decisions (search "replay a policy"). Report how many decisions would change, and show
   the ones that would newly be blocked. Also test one act it must catch and one it must leave alone ("simulate").
5. Only when the person agrees, activate it. If they are unsure, propose mode "shadow": evaluated and recorded, never enforced.

A condition is a CEL expression over the request, for example

  {"when": "action_type == 'deploy' && target.contains('prod') && risk_score >= 60", "action": "require_approval",
   "message": "Production deploys with risk 60 or more need a person"}

It is type-checked when saved; an error names line and column. Decisions only go up: a policy cannot allow what another
one blocks, so do not write "allow" policies to get around a block.`

/** Turns a wish in plain words into a tested draft. */
export function writePolicy(types: readonly string[]): PromptDeclaration {
  return {
    name: 'write_policy',
    title: 'Write a policy',
    description: 'Turn a wish in plain words into a policy draft, replay it over history, and only then activate it.',
    arguments: [
      { name: 'wish', description: 'What shall be allowed, asked about or blocked, in plain words', required: true },
      { name: 'policy_type', description: 'The type to use, if you know it', required: false, values: types },
    ],
    text: ({ wish = '', policy_type }) =>
      [
        `Help me to turn this wish into a Writ policy:\n\n${wish}`,
        policy_type ? `Use the policy type ${policy_type}.` : `Policy types: ${types.join(', ')}.`,
        method,
      ].join('\n\n'),
  }
}
