import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Door } from '../parts/door.tsx'

const WORDS: Readonly<Record<string, string>> = {
  invalid_client: 'This server does not know the program that sent you here, or cannot reach its description.',
  invalid_redirect_uri: 'The program wants the answer at an address it has not registered.',
  invalid_request: 'The program asked in a way this server does not understand.',
  invalid_scope: 'The program asked for something that cannot be allowed.',
  access_denied: 'Access was denied.',
  invalid_target: 'The program asked for a server that is not this one.',
  rate_limited: 'Too many requests came from your address. Wait a minute and start again.',
  expired: 'The request is too old. Start again from the program.',
  expired_token: 'The request is too old. Start again from the program.',
  server_error: 'Something went wrong here.',
  sso_failed: 'Sign-in with your identity provider did not succeed.',
}

/** Where a browser ends up when it cannot be sent back: nothing here leads to an address that was only claimed. */
export function OAuthError(): ReactNode {
  const search = new URLSearchParams(location.search)
  const error = search.get('error') ?? 'unknown'
  const detail = search.get('error_description')
  return (
    <Door title="This did not work" lead={WORDS[error] ?? 'The request to connect could not be finished.'}>
      <dl className="facts">
        <div>
          <dt>Error</dt>
          <dd>
            <code>{error}</code>
          </dd>
        </div>
        {detail && (
          <div>
            <dt>Told</dt>
            <dd>{detail}</dd>
          </div>
        )}
      </dl>
      <p className="muted">
        Go back to the program and start again. If it goes on, tell whoever runs this server the error above.
      </p>
      <Link href="/" className="button big">
        Go to Writ
      </Link>
    </Door>
  )
}
