import { acknowledge } from './alerts/acknowledge.op.ts'
import { get as getAlert } from './alerts/get.op.ts'
import { pause } from './agents/pause.op.ts'
import { decide } from './approvals/decide.op.ts'
import { invoke } from './kernel/invoke.ts'
import type { Acts } from '#core/notifiers/index'

/** What the buttons under a message do: the same operations as everywhere, as the person who pressed. */
export const chatActs: Acts = {
  async acknowledge(ctx, alertId) {
    const { alert } = await invoke(acknowledge, ctx, { alert_id: alertId })
    return `Acknowledged by ${alert.acknowledged_by}.`
  },
  async pause(ctx, alertId) {
    const { alert } = await invoke(getAlert, ctx, { alert_id: alertId })
    if (alert.agent_id === null) return 'This alert is about no single agent.'
    await invoke(pause, ctx, { agent_id: alert.agent_id, reason: alert.message })
    return `Agent ${alert.agent_id} is paused.`
  },
  async decide(ctx, actionId, allow) {
    await invoke(decide, ctx, { action_id: actionId, decision: allow ? 'allow' : 'deny' })
    return allow ? 'Approved.' : 'Denied.'
  },
}
