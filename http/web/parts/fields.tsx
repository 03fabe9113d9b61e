import {
  useId,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
} from 'react'

interface FieldProps {
  readonly label: string
  readonly hint?: ReactNode
  readonly error?: string | undefined
}

interface Wiring {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

/** A label, a control, what to know about it, and what is wrong with it: wired together for a screen reader. */
export function Field({
  label,
  hint,
  error,
  children,
}: FieldProps & { readonly children: (wiring: Wiring) => ReactNode }): ReactNode {
  const id = useId()
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}

type Own<T> = FieldProps & Omit<T, 'className' | 'id'>

export function Input({ label, hint, error, ...rest }: Own<InputHTMLAttributes<HTMLInputElement>>): ReactNode {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => <input className="input" {...rest} {...wiring} />}
    </Field>
  )
}

export function Select({
  label,
  hint,
  error,
  children,
  ...rest
}: Own<SelectHTMLAttributes<HTMLSelectElement>>): ReactNode {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <select className="input" {...rest} {...wiring}>
          {children}
        </select>
      )}
    </Field>
  )
}

export function Textarea({ label, hint, error, ...rest }: Own<TextareaHTMLAttributes<HTMLTextAreaElement>>): ReactNode {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => <textarea className="input" {...rest} {...wiring} />}
    </Field>
  )
}

/** Text that is read by programs, with letters of one width. */
export function CodeArea({ label, hint, error, ...rest }: Own<TextareaHTMLAttributes<HTMLTextAreaElement>>): ReactNode {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => <textarea className="input mono" spellCheck={false} {...rest} {...wiring} />}
    </Field>
  )
}

export function Check(props: {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly checked: boolean
  readonly disabled?: boolean
  readonly onChange: (checked: boolean) => void
}): ReactNode {
  const id = useId()
  return (
    <div className="check">
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <div>
        <label htmlFor={id}>{props.label}</label>
        {props.hint && (
          <p className="hint" id={`${id}-hint`}>
            {props.hint}
          </p>
        )}
      </div>
    </div>
  )
}
