import { useState, type ReactNode } from 'react'
import { Check, Input } from './fields.tsx'

/** A password that is chosen now: length is what counts, and it may be looked at. */
export function NewPassword(props: {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly label?: string
}): ReactNode {
  const [visible, setVisible] = useState(false)
  return (
    <div className="form tight">
      <Input
        label={props.label ?? 'Password'}
        type={visible ? 'text' : 'password'}
        name="new-password"
        autoComplete="new-password"
        hint="At least 12 characters. A few words in a row are good."
        minLength={12}
        maxLength={512}
        required
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <Check label="Show the password" checked={visible} onChange={setVisible} />
    </div>
  )
}
