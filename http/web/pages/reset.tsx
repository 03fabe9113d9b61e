import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import { ApiError, request } from '../api/client.ts'
import { forgetToken, linkToken } from '../api/link-token.ts'
import { Button } from '../parts/button.tsx'
import { Door, FormError, submitting } from '../parts/door.tsx'
import { NewPassword } from '../parts/new-password.tsx'
import { useAttempt } from '../parts/use-attempt.ts'
import { DeadLink } from './set-up.tsx'

export function Reset(): ReactNode {
  const [password, setPassword] = useState('')
  const [done, setDone] = useState(false)
  const { busy, error, attempt } = useAttempt()
  if (done) {
    return (
      <Door
        title="The password is changed"
        lead="Every session of the account has ended. Sign in with the new password."
      >
        <Link href="/sign-in" className="button primary big">
          Sign in
        </Link>
      </Door>
    )
  }
  if (linkToken === null || (error instanceof ApiError && error.status === 404)) return <DeadLink what="reset" />
  const reset = (): Promise<void> =>
    attempt(async () => {
      await request('POST', '/auth/reset', { body: { token: linkToken, password } })
      forgetToken()
      setDone(true)
    })
  return (
    <Door title="Choose a new password" lead="It ends every session of your account, also on other devices.">
      <form className="form" onSubmit={submitting(reset)}>
        <FormError error={error} />
        <NewPassword label="New password" value={password} onChange={setPassword} />
        <Button type="submit" kind="primary" big busy={busy}>
          Change the password
        </Button>
      </form>
    </Door>
  )
}
