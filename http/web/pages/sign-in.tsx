import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Redirect } from 'wouter'
import { ApiError, request } from '../api/client.ts'
import { adopt, ownPath, useAuth, type AuthState } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Door, FormError, submitting } from '../parts/door.tsx'
import { Input } from '../parts/fields.tsx'
import { useAttempt } from '../parts/use-attempt.ts'

const SSO_PROBLEMS: Readonly<Record<string, string>> = {
  sso_unknown_person:
    'The provider knows you, but nobody has invited you here. Ask for an invitation with this address.',
  sso_unavailable: 'The provider cannot be reached now. Try again in a moment.',
  sso_failed: 'Sign-in with the provider did not succeed. Start again.',
}

/** How the round to the provider ended, when it ended here. */
function ssoProblem(): Error | null {
  const word = new URLSearchParams(location.search).get('error')
  return word === null ? null : new Error(SSO_PROBLEMS[word] ?? 'Sign-in did not succeed. Start again.')
}

/** Where the person wanted to go; only ever a path of this server. */
function wanted(): string {
  return ownPath(new URLSearchParams(location.search).get('return_to'))
}

export function SignIn(): ReactNode {
  const { data: auth } = useAuth()
  const client = useQueryClient()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string | null>(null)
  const [problem] = useState(ssoProblem)
  const { busy, error, setError, attempt } = useAttempt()
  // Looked at once: when the session is there, the address may be another already.
  const [target] = useState(wanted)
  if (auth?.session) return <Redirect to={target} replace />
  const signIn = (): Promise<void> =>
    attempt(async () => {
      try {
        const body = { email, password, ...(code === null ? {} : { code: code.replaceAll(/\s/g, '') }) }
        adopt(client, await request<AuthState>('POST', '/auth/sign-in', { body }))
      } catch (problem) {
        if (!isFactorAsked(problem) || code !== null) throw problem
        setCode('')
      }
    })
  if (code !== null) {
    const back = (): void => {
      setCode(null)
      setError(null)
    }
    return <FactorStep code={code} setCode={setCode} busy={busy} error={error} submit={signIn} back={back} />
  }
  return (
    <Door
      title="Sign in to Writ"
      footer={<p>Forgotten the password? Whoever runs this server can make you a link for a new one.</p>}
    >
      {auth?.sso && <SsoButton name={auth.sso.name} />}
      <form className="form" onSubmit={submitting(signIn)}>
        <FormError error={error ?? problem} />
        <Input
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <Input
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" kind="primary" big busy={busy}>
          Sign in
        </Button>
      </form>
    </Door>
  )
}

const isFactorAsked = (problem: unknown): boolean =>
  problem instanceof ApiError && problem.code === 'second_factor_required'

export function SsoButton({ name, back = wanted() }: { readonly name: string; readonly back?: string }): ReactNode {
  return (
    <>
      <a className="button big" href={`/auth/sso/start?return_to=${encodeURIComponent(back)}`}>
        Continue with {name}
      </a>
      <p className="or">or</p>
    </>
  )
}

interface StepProps {
  readonly code: string
  readonly setCode: (code: string) => void
  readonly busy: boolean
  readonly error: unknown
  readonly submit: () => Promise<void>
  readonly back: () => void
}

function FactorStep({ code, setCode, busy, error, submit, back }: StepProps): ReactNode {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.querySelector('input')?.focus(), [])
  return (
    <Door title="Second factor" lead="The code of your authenticator app, or one of your recovery codes.">
      <form className="form" onSubmit={submitting(submit)}>
        <FormError error={error} />
        <div ref={box}>
          <Input
            label="Code"
            name="code"
            autoComplete="one-time-code"
            inputMode="text"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </div>
        <Button type="submit" kind="primary" big busy={busy}>
          Continue
        </Button>
        <Button kind="quiet" onClick={back}>
          Use another account
        </Button>
      </form>
    </Door>
  )
}
