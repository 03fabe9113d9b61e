import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { sentenceOf } from '../api/client.ts'
import { Button, type Kind } from './button.tsx'
import { Icon } from './icons.tsx'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly footer?: ReactNode
  /** A wrong click outside must not lose what is shown only once. */
  readonly sticky?: boolean
}

/** The browser's own modal: it keeps the focus inside and gives it back when it closes. */
export function Dialog({ title, onClose, children, footer, sticky }: DialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    // It would be the button that closes it: whoever opened it came to fill something in.
    element?.querySelector<HTMLElement>('.dialog-content :is(input, select, textarea)')?.focus()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        if (!sticky) onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current && !sticky) onClose()
      }}
    >
      <div className="dialog-body">
        <header>
          <h2 id={id}>{title}</h2>
          {!sticky && (
            <button type="button" className="button quiet only-icon" aria-label="Close" onClick={onClose}>
              <Icon name="cross" />
            </button>
          )}
        </header>
        <div className="dialog-content">{children}</div>
        {footer && <footer className="actions">{footer}</footer>}
      </div>
    </dialog>
  )
}

interface ConfirmProps {
  readonly title: string
  readonly children: ReactNode
  readonly verb: string
  readonly kind?: Kind
  readonly onClose: () => void
  readonly onConfirm: () => Promise<unknown>
}

/** Asks once more; stays open, with the reason, when the act did not succeed. */
export function Confirm({ title, children, verb, kind = 'danger', onClose, onConfirm }: ConfirmProps): ReactNode {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const confirm = async (): Promise<void> => {
    setBusy(true)
    try {
      await onConfirm()
      onClose()
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={kind} busy={busy} onClick={() => void confirm()}>
            {verb}
          </Button>
        </>
      }
    >
      {children}
      {error !== null && (
        <p className="field-error" role="alert">
          {sentenceOf(error)}
        </p>
      )}
    </Dialog>
  )
}
