import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call, request } from '../api/client.ts'
import type { Grant } from '../api/people.ts'
import { useSession } from '../api/session.ts'
import { Badge } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { FormError, submitting } from '../parts/door.tsx'
import { Input } from '../parts/fields.tsx'
import { NewPassword } from '../parts/new-password.tsx'
import { Load, Page } from '../parts/page.tsx'
import { ThemeSwitch } from '../parts/theme.tsx'
import { Ago } from '../parts/time.tsx'
import { toast, toastError } from '../parts/toast.tsx'
import { useAttempt } from '../parts/use-attempt.ts'
import { GrantRows } from './grant-rows.tsx'
import { SecondFactor } from './second-factor.tsx'

export function Account(): ReactNode {
  const { user } = useSession()
  const account = useQuery({
    queryKey: ['account'],
    queryFn: ({ signal }) => call('accounts_get', {}, signal),
  })
  return (
    <Page title="Your account" lead={user.email}>
      <div className="stack">
        <Load of={account} rows={6}>
          {({ account: mine }) => (
            <>
              <Name name={mine.name} />
              <SecondFactor enabled={mine.second_factor.enabled} left={mine.second_factor.recovery_codes_left} />
              <Password has={mine.has_password} />
            </>
          )}
        </Load>
        <Sessions />
        <OwnGrants />
        <section className="sheet" aria-label="Appearance">
          <header className="sheet-head">
            <h2>Appearance</h2>
          </header>
          <div className="pad">
            <ThemeSwitch />
          </div>
        </section>
      </div>
    </Page>
  )
}

function Name({ name: before }: { readonly name: string }): ReactNode {
  const client = useQueryClient()
  const [name, setName] = useState(before)
  const { busy, error, attempt } = useAttempt()
  const save = (): Promise<void> =>
    attempt(async () => {
      client.setQueryData(['account'], await call('accounts_update', { name: name.trim() }))
      void client.invalidateQueries({ queryKey: ['auth'] })
      toast('Saved.')
    })
  return (
    <section className="sheet" aria-label="Name">
      <form className="form pad" onSubmit={submitting(save)}>
        <FormError error={error} />
        <Input
          label="Name"
          hint="Stands beside your approvals, also in the ledger."
          required
          maxLength={128}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="actions">
          <Button type="submit" busy={busy} blocked={name.trim() === before && 'Nothing is changed.'}>
            Save the name
          </Button>
        </div>
      </form>
    </section>
  )
}

function Password({ has }: { readonly has: boolean }): ReactNode {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const { busy, error, attempt } = useAttempt()
  const change = (): Promise<void> =>
    attempt(async () => {
      await call('accounts_update', { password, ...(has ? { current_password: current } : {}) })
      setCurrent('')
      setPassword('')
      toast('The password is changed. Your other sessions have ended.')
    })
  return (
    <section className="sheet" aria-label="Password">
      <header className="sheet-head">
        <h2>Password</h2>
      </header>
      <form className="form pad" onSubmit={submitting(change)}>
        <FormError error={error} />
        {has ? (
          <Input
            label="Current password"
            type="password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        ) : (
          <p className="muted">You sign in through your organization and have no password here. You may add one.</p>
        )}
        <NewPassword label="New password" value={password} onChange={setPassword} />
        <div className="actions">
          <Button type="submit" busy={busy}>
            Change the password
          </Button>
        </div>
      </form>
    </section>
  )
}

/** The browser and system in a user agent, as far as a person needs them to recognise a device. */
export function deviceOf(agent: string | null): string {
  if (agent === null) return 'Unknown browser'
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) => agent.includes(`${name}/`))
  const system = /Windows|iPhone|iPad|Android|Mac OS X|Linux/.exec(agent)?.[0]
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' }
  const words = [browser, system].flatMap((word) => (word === undefined ? [] : [names[word] ?? word]))
  return words.join(' on ') || agent.slice(0, 60)
}

function Sessions(): ReactNode {
  const client = useQueryClient()
  const list = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => call('accounts_list_sessions', {}, signal),
  })
  const end = async (id: string): Promise<void> => {
    try {
      await call('accounts_revoke_session', { id })
      toast('That session has ended.')
    } catch (error) {
      toastError(error)
    }
    await client.invalidateQueries({ queryKey: ['sessions'] })
  }
  return (
    <section className="sheet" aria-label="Sessions">
      <header className="sheet-head">
        <h2>Where you are signed in</h2>
      </header>
      <Load of={list} rows={2}>
        {({ sessions }) => (
          <ul className="rows">
            {sessions.map((one) => (
              <li key={one.id}>
                <span className="grow">
                  {deviceOf(one.user_agent)}
                  <span className="sub">
                    {one.address ?? 'unknown address'} · seen <Ago at={one.last_seen_at} />
                  </span>
                </span>
                {one.current ? (
                  <Badge tone="good">this one</Badge>
                ) : (
                  <Button
                    kind="quiet"
                    aria-label={`End the session on ${deviceOf(one.user_agent)}`}
                    onClick={() => void end(one.id)}
                  >
                    End
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Load>
    </section>
  )
}

function OwnGrants(): ReactNode {
  const list = useQuery({
    queryKey: ['own-grants'],
    queryFn: ({ signal }) =>
      request<{ grants: readonly Grant[] }>('GET', '/api/account/grants', { query: { limit: 100 }, signal }),
  })
  return (
    <section className="sheet" aria-label="Applications you allowed">
      <header className="sheet-head">
        <h2>Applications you allowed</h2>
      </header>
      <Load of={list} rows={2}>
        {({ grants }) =>
          grants.length === 0 ? (
            <p className="pad muted">None. An application that connects asks you on a consent page first.</p>
          ) : (
            <GrantRows grants={grants} path="/api/account/grants" needs="account:write" stale="own-grants" />
          )
        }
      </Load>
    </section>
  )
}
