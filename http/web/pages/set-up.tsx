import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { ApiError, request } from '../api/client.ts'
import { forgetToken, linkToken } from '../api/link-token.ts'
import { adopt, type AuthState } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Door, FormError, submitting } from '../parts/door.tsx'
import { Input } from '../parts/fields.tsx'
import { NewPassword } from '../parts/new-password.tsx'
import { useAttempt } from '../parts/use-attempt.ts'

/** The first page of a new instance, by the one-time link that its first start prints. */
export function SetUp(): ReactNode {
  const client = useQueryClient()
  const [, go] = useLocation()
  const [form, setForm] = useState({ email: '', name: '', password: '', org_name: '' })
  const { busy, error, attempt } = useAttempt()
  if (linkToken === null) return <SetUpNeeded />
  const set = (field: keyof typeof form) => (value: string) => setForm((before) => ({ ...before, [field]: value }))
  const create = (): Promise<void> =>
    attempt(async () => {
      const { org_name, ...person } = form
      const body = { token: linkToken, ...person, ...(org_name.trim() === '' ? {} : { org_name: org_name.trim() }) }
      adopt(client, await request<AuthState>('POST', '/auth/setup', { body }))
      forgetToken()
      go('/', { replace: true })
    })
  if (error instanceof ApiError && error.status === 404) return <DeadLink what="set-up" />
  return (
    <Door title="Set up Writ" lead="You become the owner: you invite the others and decide who may approve.">
      <form className="form" onSubmit={submitting(create)}>
        <FormError error={error} />
        <Input
          label="Your name"
          name="name"
          autoComplete="name"
          required
          autoFocus
          maxLength={128}
          value={form.name}
          onChange={(event) => set('name')(event.target.value)}
        />
        <Input
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          value={form.email}
          onChange={(event) => set('email')(event.target.value)}
        />
        <NewPassword value={form.password} onChange={set('password')} />
        <Input
          label="Organization"
          name="org"
          autoComplete="organization"
          hint="Optional. How your team is called here."
          maxLength={128}
          value={form.org_name}
          onChange={(event) => set('org_name')(event.target.value)}
        />
        <Button type="submit" kind="primary" big busy={busy}>
          Create the owner account
        </Button>
      </form>
    </Door>
  )
}

/** Nobody has an account yet, and whoever looks has no link. */
export function SetUpNeeded(): ReactNode {
  return (
    <Door
      title="Writ is not set up yet"
      lead="The first account is made with a one-time link, so that nobody who merely finds this address can take it."
    >
      <ol className="steps">
        <li>
          Look at the terminal where the server was started: it printed a link that ends in <code>/setup?token=…</code>.
        </li>
        <li>
          Is it gone, or older than a day? Start the server again: while nobody has an account, it prints a new one.
        </li>
        <li>Open the link in this browser.</li>
      </ol>
    </Door>
  )
}

export function DeadLink({ what }: { readonly what: string }): ReactNode {
  return (
    <Door
      title="This link does not work"
      lead={`The ${what} link is wrong, was used already, or has expired. Ask for a new one.`}
    >
      <Link href="/sign-in" className="button big">
        Go to sign-in
      </Link>
    </Door>
  )
}
