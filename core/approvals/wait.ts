import { expireOverdue, releaseApproved, requireAction, type ActionRow } from '#core/actions/index'
import { eventHub } from '#core/events/index'
import { isStopped, snapshots } from '#core/guard/index'
import { assertKeyValidUnder } from '#core/keys/index'
import type { Context } from '../kernel/context.ts'

/** Looks again now and then even without an event, so that a lost nudge costs seconds, never the answer. */
const LOOK_AGAIN_MS = 5000

/**
 * The action as soon as it is no longer pending, or as it stands at the timeout. Subscribes before it looks,
 * so an approval between the two is not missed.
 */
export async function waitForRuling(ctx: Context, actionId: string, timeoutMs: number): Promise<ActionRow> {
  const deadline = performance.now() + timeoutMs
  let wake = (): void => undefined
  const subscription = await ctx.runtime.use(eventHub).subscribe(ctx.actor.orgId, (event) => {
    if (event.ref === actionId) wake()
  })
  const onAbort = (): void => wake()
  ctx.signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => (wake = resolve))
      const row = await expireOverdue(ctx, await requireAction(ctx, actionId))
      const left = deadline - performance.now()
      // A caller that is gone must not be handed the act.
      ctx.signal.throwIfAborted()
      if (row.status !== 'pending_approval' || left <= 0) return row
      const total = Math.round(timeoutMs / 1000)
      ctx.progress?.('Waiting for a person to decide', Math.min(total, Math.round((timeoutMs - left) / 1000)), total)
      await sleep(woken, Math.min(left, LOOK_AGAIN_MS, untilExpiry(ctx, row)))
    }
  } finally {
    ctx.signal.removeEventListener('abort', onAbort)
    subscription.unsubscribe()
  }
}

function untilExpiry(ctx: Context, row: ActionRow): number {
  return row.approval_expires_at ? Math.max(10, row.approval_expires_at.getTime() - ctx.now().getTime()) : LOOK_AGAIN_MS
}

function sleep(woken: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  return Promise.race([woken, timeout]).finally(() => clearTimeout(timer))
}

export interface Standing {
  readonly approved: boolean
  readonly denied: boolean
  readonly expired: boolean
  readonly timed_out: boolean
  readonly released: boolean
  readonly denial_reason: string | null
  readonly next: string
}

/**
 * How an action stands for whoever waits on it; an approved one is handed out to one caller. Only what a person refused
 * is told as denied.
 */
export async function standingOf(ctx: Context, row: ActionRow): Promise<Standing> {
  switch (row.status) {
    case 'pending_approval':
      return {
        ...no,
        timed_out: true,
        next: 'Nobody has decided yet. This is not a denial: wait again with the same action_id.',
      }
    case 'pending':
      return {
        ...no,
        timed_out: true,
        next: 'The action is recorded as pending, so it has not begun. This is not a denial: wait again later.',
      }
    case 'running':
      return running(ctx, row)
    case 'expired':
      return { ...no, expired: true, next: row.approved_at === null ? UNDECIDED : UNFETCHED }
    case 'cancelled':
      return { ...no, next: 'The act was withdrawn. Do not act.' }
    case 'blocked':
      return { ...no, next: 'A policy blocked the act. Do not act.' }
    case 'completed':
    case 'partial':
    case 'failed':
    case 'unknown':
      return ended(ctx, row)
    default:
      return row.status satisfies never
  }
}

const no = { approved: false, denied: false, expired: false, timed_out: false, released: false, denial_reason: null }
const UNDECIDED = 'Nobody decided in time. Ask again if the act is still wanted.'
const UNFETCHED = 'It was approved, but not fetched in time. Do not act; ask again if the act is still wanted.'

async function running(ctx: Context, row: ActionRow): Promise<Standing> {
  if (row.approved_by === null) {
    return { ...no, approved: true, released: true, next: 'No approval was needed. Act, then report the outcome.' }
  }
  const snapshot = await ctx.runtime.use(snapshots).current(ctx.actor.orgId)
  if (isStopped(snapshot, row.agent_id)) {
    const next = 'Approved, but the organization is halted or the agent is paused. Do not act; wait again later.'
    return { ...no, timed_out: true, next }
  }
  // A wait may have lasted longer than the key it began with.
  await assertKeyValidUnder(ctx, snapshot.control)
  const released = await releaseApproved(ctx, row.action_id)
  const next = released ? 'Approved. Act once, then report the outcome.' : await whyNotHanded(ctx, row)
  return { ...no, approved: true, released, next }
}

async function whyNotHanded(ctx: Context, row: ActionRow): Promise<string> {
  const { released_at } = await requireAction(ctx, row.action_id)
  return released_at === null
    ? 'Approved. The act is handed only to the agent that asked for it; it is not yours to do.'
    : 'Approved, but this approval was handed out before. Act only if it was to you and you have not acted yet.'
}

/** A denied act stands as failed, like one that was carried out in vain: the approval tells them apart. */
async function ended(ctx: Context, row: ActionRow): Promise<Standing> {
  const approval = await ctx.db
    .selectFrom('approval')
    .select(['state', 'reasoning'])
    .where('org_id', '=', row.org_id)
    .where('action_id', '=', row.action_id)
    .executeTakeFirst()
  if (approval?.state !== 'denied') {
    return { ...no, next: `The action has ended already: ${row.status}. Do not act again.` }
  }
  const next = 'Do not act. Tell the person, or choose another way.'
  return { ...no, denied: true, denial_reason: approval.reasoning ?? row.outcome_error, next }
}
