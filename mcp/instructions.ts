/**
 * Told to every client at connect. Some clients keep only the first 512 characters, so these stand alone and start
 * with the words an agent would search for.
 */
export const instructions = [
  'Governance, guardrails, approval, audit for agents. Before any act with side effects (shell, file write, SQL, HTTP, deploy, payment, message) call writ_guard with the act itself. allow or warn: act. block: do not act; tell the person why. require_approval: call writ_record with the same act, then writ_wait_for_approval with its action_id; act only when approved, and only once. A timeout is not a denial and never a permission. Report the outcome when done.',
  'Send the act as evidence (`act: {kind: "shell", command}`), not a description of it: Writ grades what will really run. Name the guard decision in writ_record (guard_decision_id). Write down what you take for granted with writ_assumption_record and what stays open with writ_loop_add. If Writ cannot be reached, treat the act as not allowed.',
  'Everything else (policies, approvals, costs, halt, ledger, settings) is found with writ_search_operations and called with writ_call_operation. The prompt governed_work has the whole protocol; write_policy helps to turn a wish into a policy.',
].join('\n\n')
