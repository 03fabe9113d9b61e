import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { encode } from 'uqr'
import type { OutputOf } from '../../client/operations.ts'
import { call, request } from '../api/client.ts'
import { Badge } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { Copyable } from '../parts/copy.tsx'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { FormError, submitting } from '../parts/door.tsx'
import { Input } from '../parts/fields.tsx'
import { toast, toastError } from '../parts/toast.tsx'
import { useAttempt } from '../parts/use-attempt.ts'

type Started = OutputOf<'accounts_start_totp'>

export function SecondFactor({ enabled, left }: { readonly enabled: boolean; readonly left: number }): ReactNode {
  const [started, setStarted] = useState<Started | null>(null)
  const [removing, setRemoving] = useState(false)
  const start = async (): Promise<void> => {
    try {
      setStarted(await call('accounts_start_totp', {}))
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <section className="sheet" aria-label="Second factor">
      <header className="sheet-head">
        <h2>Second factor</h2>
        {enabled ? <Badge tone="good">on</Badge> : <Badge tone="warn">off</Badge>}
      </header>
      <div className="form pad">
        <p className="muted">
          {enabled
            ? `An authenticator app confirms your sign-in. ${left} recovery codes are left.`
            : 'A code of an authenticator app at sign-in. Whoever approves acts should have one: a stolen password is then not enough.'}
        </p>
        <div className="actions">
          {enabled ? (
            <Button kind="danger" onClick={() => setRemoving(true)}>
              Remove…
            </Button>
          ) : (
            <Button kind="primary" icon="lock" onClick={() => void start()}>
              Set up
            </Button>
          )}
        </div>
      </div>
      {started && <Enrol started={started} onClose={() => setStarted(null)} />}
      {removing && <Remove onClose={() => setRemoving(false)} />}
    </section>
  )
}

function Enrol({ started, onClose }: { readonly started: Started; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  const [code, setCode] = useState('')
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const { busy, error, attempt } = useAttempt()
  const confirm = (): Promise<void> =>
    attempt(async () => {
      const { recovery_codes } = await call('accounts_confirm_totp', { code: code.replaceAll(/\s/g, '') })
      setCodes(recovery_codes)
      void client.invalidateQueries({ queryKey: ['account'] })
      void client.invalidateQueries({ queryKey: ['auth'] })
    })
  if (codes) return <RecoveryCodes codes={codes} onClose={onClose} />
  return (
    <Dialog title="Set up the second factor" onClose={onClose}>
      <form className="form" onSubmit={submitting(confirm)}>
        <p>Scan this with an authenticator app, then type the code it shows.</p>
        <QrCode text={started.otpauth_url} />
        <p className="muted">
          No camera? Type this key: <Copyable text={started.secret} label="the key" />
        </p>
        <FormError error={error} />
        <Input
          label="Code"
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          autoFocus
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <div className="actions end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Confirm
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Drawn here, as one path: a secret is sent to nobody to be made into a picture. */
function QrCode({ text }: { readonly text: string }): ReactNode {
  const { data, size } = encode(text, { border: 2 })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code with the key that stands below">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}

function RecoveryCodes({
  codes,
  onClose,
}: {
  readonly codes: readonly string[]
  readonly onClose: () => void
}): ReactNode {
  const copy = (): void => {
    navigator.clipboard.writeText(codes.join('\n')).then(() => toast('Copied.'), toastError)
  }
  return (
    <Dialog
      sticky
      title="Your recovery codes"
      onClose={onClose}
      footer={
        <>
          <Button icon="copy" onClick={copy}>
            Copy all
          </Button>
          <Button kind="primary" onClick={onClose}>
            I have kept them
          </Button>
        </>
      }
    >
      <p>
        The second factor is on. Each of these works once in place of the app, when the app is lost. They are shown this
        once.
      </p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

function Remove({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  const [code, setCode] = useState('')
  return (
    <Confirm
      title="Remove the second factor?"
      verb="Remove"
      onClose={onClose}
      onConfirm={async () => {
        await request('DELETE', '/api/account/totp', { body: { code: code.replaceAll(/\s/g, '') } })
        toast('The second factor is off.')
        void client.invalidateQueries({ queryKey: ['auth'] })
        await client.invalidateQueries({ queryKey: ['account'] })
      }}
    >
      <p>From then on your password alone lets you in. Your recovery codes stop working.</p>
      <Input
        label="Code"
        hint="Of the app, or a recovery code."
        autoComplete="one-time-code"
        autoFocus
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
    </Confirm>
  )
}
