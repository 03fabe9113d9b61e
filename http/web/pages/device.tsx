import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { ApiError, request } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { Door, FormError, submitting } from '../parts/door.tsx'
import { Input } from '../parts/fields.tsx'
import { Done } from './consent.tsx'
import { useAttempt } from '../parts/use-attempt.ts'

/** Letters and digits in groups of four, however they were typed. */
export function groupedCode(typed: string): string {
  const plain = typed
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .slice(0, 12)
  return plain.match(/.{1,4}/g)?.join('-') ?? ''
}

export function Device(): ReactNode {
  const [, go] = useLocation()
  const [code, setCode] = useState(() => groupedCode(new URLSearchParams(location.search).get('user_code') ?? ''))
  const { busy, error, attempt } = useAttempt()
  const result = new URLSearchParams(location.search).get('result')
  if (result === 'allowed' || result === 'denied') return <Done allowed={result === 'allowed'} device />
  const look = (): Promise<void> =>
    attempt(async () => {
      try {
        const { uid } = await request<{ uid: string }>('POST', '/oauth/device/lookup', { body: { user_code: code } })
        go(`/consent/${encodeURIComponent(uid)}`)
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem
        if (problem.status === 404)
          throw new Error('No device shows this code. Look again; it has no zero and no letter O.', { cause: problem })
        if (problem.status === 410)
          throw new Error('This code has expired. Start again on the device.', { cause: problem })
        throw problem
      }
    })
  return (
    <Door
      title="Connect a device"
      lead="Type the code that the terminal or device shows you. Nothing is allowed before you have seen what it asks for."
    >
      <form className="form" onSubmit={submitting(look)}>
        <FormError error={error} />
        <Input
          label="Code"
          name="user_code"
          autoFocus
          required
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          placeholder="XXXX-XXXX"
          value={code}
          onChange={(event) => setCode(groupedCode(event.target.value))}
        />
        <Button type="submit" kind="primary" big busy={busy}>
          Continue
        </Button>
      </form>
    </Door>
  )
}
