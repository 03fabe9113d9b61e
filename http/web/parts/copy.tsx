import { useState, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { Icon } from './icons.tsx'
import { toast, toastError } from './toast.tsx'

async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast('Copied.')
  } catch {
    toastError(new Error('The browser did not allow copying. Select the text instead.'))
  }
}

/** An id or a command with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  return (
    <span className="copyable">
      <code>{text}</code>
      <Button kind="quiet" icon="copy" label={`Copy ${label}`} onClick={() => void copyText(text)} />
    </span>
  )
}

/** What is shown once: in a field that can be selected, with a button that says when it was taken. */
export function Secret({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const [copied, setCopied] = useState(false)
  return (
    <div className="secret">
      <input
        className="input mono"
        readOnly
        value={text}
        aria-label={label}
        onFocus={(event) => event.target.select()}
      />
      <button
        type="button"
        className="button primary"
        onClick={() => {
          void copyText(text)
          setCopied(true)
        }}
      >
        <Icon name={copied ? 'check' : 'copy'} />
        <span>{copied ? 'Copied' : 'Copy'}</span>
      </button>
    </div>
  )
}
