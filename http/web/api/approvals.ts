import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { OutputOf } from '../../client/operations.ts'
import { ApiError, call, isRecord } from './client.ts'
import { usePolling } from './live.ts'
import { useCan } from './session.ts'

export type Action = OutputOf<'actions_get'>['action']
export type Explained = OutputOf<'guard_get_decision'>
type Approval = OutputOf<'approvals_list'>['approvals'][number]

/** One act that waits for a person, as the list shows it. */
export interface Pending {
  readonly id: string
  readonly approval: Approval
  readonly action: Action
}

const KEY = ['approvals', 'pending']
/** As many as one answer holds; an inbox longer than this is read from its most urgent end. */
const MOST = 200

async function loadPending(signal: AbortSignal): Promise<readonly Pending[]> {
  const [{ approvals }, { actions }] = await Promise.all([
    call('approvals_list', { state: 'pending', limit: MOST }, signal),
    call('actions_list', { status: 'pending_approval', limit: MOST }, signal),
  ])
  const byId = new Map(actions.map((action) => [action.action_id, action]))
  return approvals
    .flatMap((approval) => {
      const action = byId.get(approval.action_id)
      return action ? [{ id: approval.action_id, approval, action }] : []
    })
    .sort((a, b) => a.approval.expires_at.localeCompare(b.approval.expires_at) || a.id.localeCompare(b.id))
}

/** What waits for a person, the one that expires first on top. */
export function usePending() {
  const can = useCan()
  const polling = usePolling()
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => loadPending(signal),
    enabled: can('approvals:read') && can('actions:read'),
    refetchInterval: polling,
    // Told by events; the window's focus asks again all the same.
    refetchOnWindowFocus: 'always',
  })
}

/** One act whatever became of it: a link may be older than the verdict. */
export function useAction(id: string | undefined) {
  return useQuery({
    queryKey: ['approval', id],
    queryFn: ({ signal }) => call('actions_get', { action_id: id ?? '' }, signal),
    enabled: id !== undefined,
  })
}

/** Recorded decisions never change. */
export function useExplained(id: string | undefined) {
  return useQuery({
    queryKey: ['decision', id],
    queryFn: ({ signal }) => call('guard_get_decision', { decision_id: id ?? '' }, signal),
    enabled: id !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export interface Ruling {
  readonly action_id: string
  readonly decision: 'allow' | 'deny'
  readonly reasoning?: string
  readonly grant_minutes?: number
}

export function useDecide() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (ruling: Ruling) => call('approvals_decide', ruling),
    onSuccess: (_, ruling) => {
      client.setQueryData<readonly Pending[]>(KEY, (rows) => rows?.filter(({ id }) => id !== ruling.action_id))
    },
    onSettled: (_, __, ruling) => {
      void client.invalidateQueries({ queryKey: ['approvals'] })
      void client.invalidateQueries({ queryKey: ['approval', ruling.action_id] })
      if (ruling.grant_minutes !== undefined) void client.invalidateQueries({ queryKey: ['policies'] })
    },
  })
}

/** Somebody or the clock was quicker: the act no longer waits. Null when it still does. */
export function settledBy(error: unknown): string | null {
  if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 410)) return null
  const state = error.body['state'] ?? (isRecord(error.body['data']) ? error.body['data']['state'] : undefined)
  return state === 'pending' ? null : error.message
}
