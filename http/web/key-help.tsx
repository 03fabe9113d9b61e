import type { ReactNode } from 'react'
import { Dialog } from './parts/dialog.tsx'

const groups: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Approvals',
    [
      ['j', 'Next'],
      ['k', 'Previous'],
      ['Enter', 'Open'],
      ['a', 'Approve'],
      ['d', 'Deny with a reason'],
      ['w', 'Approve for a while'],
    ],
  ],
  [
    'Everywhere',
    [
      ['/', 'Search or filter'],
      ['?', 'These keys'],
      ['Esc', 'Close or go back'],
    ],
  ],
  [
    'Go to',
    [
      ['g a', 'Approvals'],
      ['g d', 'Decisions'],
      ['g p', 'Policies'],
      ['g f', 'Fleet'],
      ['g n', 'Agents'],
      ['g t', 'Tasks'],
      ['g e', 'Alerts'],
      ['g c', 'Costs'],
      ['g k', 'Keys and grants'],
      ['g m', 'Members'],
      ['g w', 'Webhooks'],
      ['g l', 'Ledger'],
      ['g s', 'Settings'],
    ],
  ],
]

export function KeyHelp({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className="key-groups">
        {groups.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    {key.split(' ').map((one) => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
