import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import { ApiError, request } from '../api/client.ts'
import { useSession } from '../api/session.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Button } from '../parts/button.tsx'
import { Door, FormError, submitting } from '../parts/door.tsx'
import { Check, Input, Select } from '../parts/fields.tsx'
import { Icon } from '../parts/icons.tsx'
import { Problem, Skeleton } from '../parts/page.tsx'
import { useAttempt } from '../parts/use-attempt.ts'

interface Interaction {
  readonly client: {
    readonly client_id: string
    readonly name: string
    readonly uri: string | null
    readonly redirect_host: string | null
    readonly registered: 'metadata' | 'dynamic' | 'built-in'
  }
  readonly scopes: readonly { readonly scope: string; readonly words: string; readonly asked: boolean }[]
  readonly orgs: readonly {
    readonly org_id: string
    readonly name: string
    readonly role: string
    /** What this person can give away there; everything that is asked when absent. */
    readonly scopes?: readonly string[]
  }[]
  readonly org_id: string | null
  readonly agent_id: string | null
  readonly device?: { readonly user_code: string; readonly ip: string | null; readonly user_agent: string | null }
}

export function Consent({ uid }: { readonly uid: string }): ReactNode {
  const asked = useQuery({
    queryKey: ['interaction', uid],
    queryFn: ({ signal }) => request<Interaction>('GET', `/oauth/interaction/${encodeURIComponent(uid)}`, { signal }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (asked.error instanceof ApiError && asked.error.status === 404) {
    return (
      <Door
        title="This request is gone"
        lead="It was answered, or it is too old. Start again from the program that sent you here."
      >
        <Link href="/" className="button big">
          Go to Writ
        </Link>
      </Door>
    )
  }
  if (!asked.data)
    return <Door title="Allow access?">{asked.error ? <Problem error={asked.error} /> : <Skeleton rows={6} />}</Door>
  return <Question uid={uid} asked={asked.data} />
}

function Question({ uid, asked }: { readonly uid: string; readonly asked: Interaction }): ReactNode {
  const { user } = useSession()
  const [orgId, setOrgId] = useState(asked.org_id ?? '')
  const [agentId, setAgentId] = useState(asked.agent_id ?? '')
  const [scopes, setScopes] = useState<ReadonlySet<string>>(
    new Set(asked.scopes.filter(({ asked }) => asked).map(({ scope }) => scope)),
  )
  const [done, setDone] = useState<string | null>(null)
  const { busy, error, attempt } = useAttempt()
  const possible = asked.orgs.find(({ org_id }) => org_id === orgId)?.scopes
  const given = [...scopes].filter((scope) => possible?.includes(scope) ?? true)
  const answer = (decision: 'allow' | 'deny'): Promise<void> =>
    attempt(async () => {
      const allowance = { org_id: orgId, scopes: given, ...(agentId.trim() === '' ? {} : { agent_id: agentId.trim() }) }
      const body = decision === 'deny' ? { decision } : { decision, ...allowance }
      const { redirect } = await request<{ redirect: string | null }>(
        'POST',
        `/oauth/interaction/${encodeURIComponent(uid)}`,
        { body },
      )
      setDone(decision)
      if (redirect && isSafe(redirect)) location.assign(redirect)
    })
  if (done !== null) return <Done allowed={done === 'allow'} device={asked.device !== undefined} />
  return (
    <Door
      wide
      title={`Let ${spelledOut(asked.client.name)} work with Writ?`}
      lead={`You are signed in as ${user.email}.`}
    >
      <Who asked={asked} />
      <form className="form" onSubmit={submitting(() => answer('allow'))}>
        {asked.orgs.length > 1 && (
          <Select label="In which organization" value={orgId} onChange={(event) => setOrgId(event.target.value)}>
            {asked.orgs.map((org) => (
              <option key={org.org_id} value={org.org_id}>
                {org.name} ({org.role})
              </option>
            ))}
          </Select>
        )}
        {asked.agent_id !== null && (
          <Input
            label="It acts as the agent"
            hint="The name by which its acts are judged, counted and recorded."
            required
            maxLength={128}
            value={agentId}
            onChange={(event) => setAgentId(event.target.value)}
          />
        )}
        <ScopeList scopes={asked.scopes} possible={possible} chosen={scopes} choose={setScopes} />
        <FormError error={error} />
        <div className="door-buttons">
          <Button big busy={busy} onClick={() => void answer('deny')}>
            Deny
          </Button>
          <Button
            big
            kind="primary"
            type="submit"
            busy={busy}
            blocked={given.length === 0 && 'Choose at least one thing it may do, or deny.'}
          >
            Allow
          </Button>
        </div>
      </form>
    </Door>
  )
}

/** A page may not be sent to code, whatever the server was told to answer. */
function isSafe(redirect: string): boolean {
  return (
    URL.canParse(redirect, location.origin) &&
    !/^(javascript|data|vbscript|blob):/i.test(new URL(redirect, location.origin).protocol)
  )
}

const REGISTERED = {
  'built-in': 'It comes with Writ.',
  metadata: 'It describes itself at the address above, which is as trustworthy as that address.',
  dynamic: 'It registered itself: anybody can take this name. Go on only if you have just started it.',
} as const

function Who({ asked: { client, device } }: { readonly asked: Interaction }): ReactNode {
  return (
    <>
      <dl className="facts sheet door-facts">
        {client.uri && (
          <div>
            <dt>Its page</dt>
            <dd>{client.uri}</dd>
          </div>
        )}
        {client.redirect_host && (
          <div>
            <dt>Answer goes to</dt>
            <dd>
              <strong className="mono">{client.redirect_host}</strong>
            </dd>
          </div>
        )}
        {device && (
          <>
            <div>
              <dt>Code</dt>
              <dd>
                <strong className="mono">{device.user_code}</strong>
              </dd>
            </div>
            <div>
              <dt>Asked from</dt>
              <dd>
                {device.ip ?? 'unknown'} {device.user_agent && <span className="muted">{device.user_agent}</span>}
              </dd>
            </div>
          </>
        )}
      </dl>
      <p className={client.registered === 'dynamic' ? 'note warn' : 'note'}>
        <Icon name={client.registered === 'dynamic' ? 'alert' : 'shield'} />
        <span>
          {REGISTERED[client.registered]}
          {device && ' Allow only if the code above stands on a device of yours, right now.'}
        </span>
      </p>
    </>
  )
}

interface ScopeListProps {
  readonly scopes: Interaction['scopes']
  readonly possible: readonly string[] | undefined
  readonly chosen: ReadonlySet<string>
  readonly choose: (scopes: ReadonlySet<string>) => void
}

function ScopeList({ scopes, possible, chosen, choose }: ScopeListProps): ReactNode {
  const toggle = (scope: string, on: boolean): void => {
    const next = new Set(chosen)
    if (on) next.add(scope)
    else next.delete(scope)
    choose(next)
  }
  return (
    <fieldset className="scopes">
      <legend>It may</legend>
      {scopes.map(({ scope, words }) => {
        const can = possible?.includes(scope) ?? true
        const hint = can ? <code>{scope}</code> : 'Not yours to give: your role in this organization does not have it.'
        return (
          <Check
            key={scope}
            label={words}
            hint={hint}
            disabled={!can}
            checked={can && chosen.has(scope)}
            onChange={(on) => toggle(scope, on)}
          />
        )
      })}
    </fieldset>
  )
}

export function Done({ allowed, device }: { readonly allowed: boolean; readonly device: boolean }): ReactNode {
  const title = allowed ? 'Allowed' : 'Denied'
  const where = device
    ? 'Go back to the device; it goes on by itself.'
    : 'You are being sent back. If nothing happens, close this page and look at the program.'
  return (
    <Door title={title} lead={where}>
      {allowed && (
        <Link href="/account" className="button big">
          See and revoke what you allowed
        </Link>
      )}
    </Door>
  )
}
