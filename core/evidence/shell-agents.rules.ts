import type { Table } from './shell-table.rules.ts'
import { catastrophic, elevated, high, low, none, READ, same } from './shell-table.rules.ts'

/** Other agents and Writ's own program: what an agent must not do is to free itself. */
export const AGENTS: Table = {
  ...same('claude codex', {
    base: low('agent.start', 'Starts another agent.', {}, 'orchestration').hit,
    rules: [
      catastrophic('shell.governance_off', 'Starts an agent without its safeguards.', {
        any: '--dangerously-skip-permissions --dangerously-bypass-approvals-and-sandbox --yolo --full-auto',
      }),
      high('agent.settings', 'Changes what an agent may use.', {
        sub: 'mcp|plugin|config remove|uninstall|disable|set',
      }),
      none('agent.read', 'Only reads.', { any: '--version --help' }),
    ],
  }),
  ...same('gemini aider cursor-agent opencode', {
    base: low('agent.start', 'Starts another agent.', {}, 'orchestration').hit,
    rules: [
      catastrophic('shell.governance_off', 'Starts an agent without its safeguards.', {
        any: '--yolo --yes-always -y',
      }),
    ],
  }),
  writ: {
    base: READ,
    rules: [
      catastrophic('shell.governance_off', 'Weakens the governance of the agent.', {
        sub: 'uninstall|disable|stop|off|pause|resume',
      }),
      catastrophic('shell.governance_off', 'Changes who or what governs the agent.', {
        sub: 'policy|policies|keys|key|agent|agents|settings',
        arg: /^(?:add|create|activate|update|remove|delete|resume|rotate|revoke|set)$/,
        none: '--help -h',
      }),
      catastrophic('shell.governance_off', 'Calls an operation that changes who or what governs the agent.', {
        sub: 'call',
        arg: /^(?:policies|keys|agents|settings|halt|orgs|ledger|observations)_(?!list|get(?!_webhook)|test$|simulate$|replay$|export$)/,
      }),
      catastrophic('shell.self_approval', "Decides an approval in the agent's own shell.", {
        sub: 'call',
        arg: /^approvals_(?!list|wait)/,
      }),
      catastrophic('shell.self_approval', "Decides an approval in the agent's own shell.", {
        sub: 'approve|approvals|grant',
        none: '--help',
        arg: /^(?!list$)/,
      }),
      catastrophic('shell.self_approval', "Decides an approval in the agent's own shell.", { sub: 'approve' }),
      elevated(
        'shell.governance_change',
        'Changes the governance of the agent.',
        { sub: 'policy|policies|keys|config|install|deny' },
        'security',
      ),
    ],
  },
}
