import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { PersonRole, Scope } from '#core/kernel/scope'
import { ApiError, rememberCsrf, request } from './client.ts'

export interface OrgOfMine {
  readonly org_id: string
  readonly name: string
  readonly role: PersonRole
}

export interface Session {
  readonly user: { readonly id: string; readonly email: string; readonly name: string }
  readonly org: { readonly org_id: string; readonly name: string }
  readonly role: PersonRole
  readonly scopes: readonly Scope[]
  readonly orgs: readonly OrgOfMine[]
  readonly csrf: string
  readonly second_factor: { readonly enabled: boolean; readonly verified: boolean; readonly required: boolean }
}

export interface AuthState {
  readonly setup_needed: boolean
  readonly sso: { readonly name: string } | null
  readonly session: Session | null
}

const KEY = ['auth']

export function useAuth() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => noted(await request<AuthState>('GET', '/auth/state', { signal })),
    staleTime: 5 * 60_000,
    // Nothing is on the page before this is known: whoever has no network is told soon.
    retry: (count, error) => !(error instanceof ApiError && error.status > 0) && count < 2,
    retryDelay: 600,
    // The button of the page that tells of the failure asks who is there as well, and would take that page away again.
    retryOnMount: false,
  })
}

function noted(state: AuthState): AuthState {
  rememberCsrf(state.session?.csrf)
  return state
}

/** Another person or org from now on: nothing that was loaded for the one before may be shown. */
export function adopt(client: QueryClient, state: AuthState): void {
  noted(state)
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== KEY[0] })
  client.setQueryData(KEY, state)
}

export function signedOut(client: QueryClient): void {
  const before = client.getQueryData<AuthState>(KEY)
  if (before?.session) adopt(client, { ...before, session: null })
}

/** The session of the page; only below the gate that has one. */
export function useSession(): Session {
  const session = useAuth().data?.session
  if (!session) throw new Error('There is no session.')
  return session
}

export function useCan(): (scope: Scope) => boolean {
  const scopes = useAuth().data?.session?.scopes
  return useCallback((scope: Scope) => scopes?.includes(scope) ?? false, [scopes])
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await request('POST', '/auth/sign-out')
    signedOut(client)
  }
}

/** Where to go after sign-in: a path of this server and nothing else. */
export function ownPath(wanted: string | null): string {
  if (wanted === null || !wanted.startsWith('/') || !URL.canParse(wanted, location.origin)) return '/'
  const url = new URL(wanted, location.origin)
  // What the browser will see is looked at, not what was sent: `/\\evil.example` is no path of ours.
  return url.origin === location.origin && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/'
}
