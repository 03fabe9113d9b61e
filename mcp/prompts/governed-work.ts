import type { PromptDeclaration } from './declaration.ts'

const steps = `For every act that changes something outside this conversation:

1. Ask. Call writ_guard with action_type, declared_goal and the act itself, exactly as it will run:
   {"act": {"kind": "shell", "command": "…"}}, {"kind": "sql", …}, {"kind": "http", …} or {"kind": "file", …}.
   Keep the decision_id. Reading and thinking need no asking.
2. Obey the decision.
   - allow: act. warn: act, and mention the warnings when you report.
   - block: do not act, and do not look for another way to the same effect. Tell the person the reasons.
   - require_approval: go to step 3.
   - an error, or no answer: not allowed. Say so and stop this act.
3. Get approval. Call writ_record with the same act and guard_decision_id. When its status is pending_approval, call
   writ_wait_for_approval with the action_id. approved: act once. denied: stop and tell the denial_reason.
   timed_out: nobody has decided; wait again or tell the person what is waiting. Never approve your own act.
4. Record. If you have not called writ_record yet, do it before acting, so that the act has an action_id.
   A changed command is a new act: ask again from step 1.
5. Report the outcome once for that action_id, whether it succeeded, partly succeeded or failed, with a one-sentence summary.

While you work:
- Note each thing you take for granted that could be wrong with writ_assumption_record.
- Note each thing you leave open with writ_loop_add; close it with writ_loop_close when it is settled.
- If you are told that agents are halted or paused, stop at once and tell who said so and why.`

/** The protocol an agent follows when its work is governed. */
export const governedWork: PromptDeclaration = {
  name: 'governed_work',
  title: 'Work under governance',
  description: 'The protocol for doing a task with side effects: ask, record, wait for approval, act once, report.',
  arguments: [
    { name: 'task', description: 'What is to be done', required: true },
    { name: 'agent_id', description: 'The id you act under', required: false },
  ],
  text: ({ task = '', agent_id }) =>
    [
      `Do this task under Writ's governance:\n\n${task}`,
      ...(agent_id ? [`You act as the agent ${agent_id}; send it as agent_id.`] : []),
      steps,
    ].join('\n\n'),
}
