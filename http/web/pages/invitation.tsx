import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { request } from '../api/client.ts'
import { forgetToken, linkToken } from '../api/link-token.ts'
import { roleWords, type PersonRole } from '../api/roles.ts'
import { adopt, useAuth, type AuthState } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Door, FormError, submitting } from '../parts/door.tsx'
import { Input } from '../parts/fields.tsx'
import { NewPassword } from '../parts/new-password.tsx'
import { Skeleton } from '../parts/page.tsx'
import { minuteOf } from '../parts/time.tsx'
import { useAttempt } from '../parts/use-attempt.ts'
import { DeadLink } from './set-up.tsx'
import { SsoButton } from './sign-in.tsx'

interface Offer {
  readonly org_name: string
  readonly role: PersonRole
  readonly email: string | null
  readonly has_account: boolean
  readonly expires_at: string
}

export function Invited(): ReactNode {
  const { data: auth } = useAuth()
  const offer = useQuery({
    queryKey: ['offer'],
    queryFn: ({ signal }) => request<Offer>('GET', '/auth/invitation', { query: { token: linkToken }, signal }),
    enabled: linkToken !== null,
    retry: false,
  })
  if (linkToken === null || offer.error) return <DeadLink what="invitation" />
  if (!offer.data) return <Door title="You are invited">{<Skeleton rows={4} />}</Door>
  const { org_name, role, expires_at } = offer.data
  const lead = (
    <>
      As <strong>{role}</strong> you may {roleWords[role]}. The link works until {minuteOf(expires_at)}.
    </>
  )
  return (
    <Door title={`Join ${org_name}`} lead={lead}>
      {auth?.session ? (
        <Join email={auth.session.user.email} />
      ) : offer.data.has_account ? (
        <SignInFirst />
      ) : (
        <NewPerson offer={offer.data} sso={auth?.sso?.name} />
      )}
    </Door>
  )
}

function useAccept() {
  const client = useQueryClient()
  const [, go] = useLocation()
  return async (body: object): Promise<void> => {
    adopt(client, await request<AuthState>('POST', '/auth/accept', { body: { token: linkToken, ...body } }))
    forgetToken()
    go('/', { replace: true })
  }
}

function Join({ email }: { readonly email: string }): ReactNode {
  const accept = useAccept()
  const { busy, error, attempt } = useAttempt()
  return (
    <div className="form">
      <FormError error={error} />
      <Button kind="primary" big busy={busy} onClick={() => void attempt(() => accept({}))}>
        Join as {email}
      </Button>
    </div>
  )
}

function SignInFirst(): ReactNode {
  return (
    <div className="form">
      <p>You have an account here already.</p>
      <Link href="/sign-in?return_to=%2Finvitation" className="button primary big">
        Sign in to join
      </Link>
    </div>
  )
}

function NewPerson({ offer, sso }: { readonly offer: Offer; readonly sso: string | undefined }): ReactNode {
  const accept = useAccept()
  const { busy, error, attempt } = useAttempt()
  const [email, setEmail] = useState(offer.email ?? '')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  return (
    <>
      {sso !== undefined && <SsoButton name={sso} back="/invitation" />}
      <form className="form" onSubmit={submitting(() => attempt(() => accept({ name, password, email })))}>
        <FormError error={error} />
        <Input
          label="Your name"
          autoComplete="name"
          required
          autoFocus
          maxLength={128}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Input
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          readOnly={offer.email !== null}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <NewPassword value={password} onChange={setPassword} />
        <Button type="submit" kind="primary" big busy={busy}>
          Create account and join
        </Button>
      </form>
    </>
  )
}
