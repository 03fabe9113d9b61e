import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { call } from '../api/client.ts'
import { checkEntry, type Checked } from '../api/proof.ts'
import { useCan, useSession } from '../api/session.ts'
import { Badge } from './badges.tsx'
import { Icon } from './icons.tsx'
import { Load } from './page.tsx'

interface Proven {
  readonly entries: readonly (Checked & { readonly seq: number; readonly kind: string })[]
}

async function prove(ref: string, org: string, signal: AbortSignal): Promise<Proven> {
  const [claim, { keys }] = await Promise.all([
    call('ledger_get_entry_proof', { ref }, signal),
    call('ledger_get_jwks', { org }, signal),
  ])
  const entries = await Promise.all(
    claim.entries.map(async (entry) => ({
      ...(await checkEntry(entry, claim, keys)),
      seq: entry.seq,
      kind: entry.entry.kind,
    })),
  )
  return { entries }
}

/** The ledger's entries about one thing, each proven in this browser, with the text that was hashed. */
export function LedgerProof({ about }: { readonly about: string }): ReactNode {
  const can = useCan()
  const { org } = useSession()
  // Only a secure context has the browser's own cryptography.
  const able = globalThis.crypto?.subtle !== undefined
  const proof = useQuery({
    queryKey: ['proof', about],
    queryFn: ({ signal }) => prove(about, org.org_id, signal),
    enabled: can('ledger:read') && able,
    staleTime: 60_000,
  })
  if (!can('ledger:read')) return null
  return (
    <section className="sheet" aria-label="Ledger proof">
      <header className="sheet-head">
        <h3>On the ledger</h3>
        <span className="muted">checked in this browser</span>
      </header>
      {!able && <p className="pad muted">Proofs are checked over https or on this machine only.</p>}
      {able && (
        <Load of={proof} rows={3}>
          {({ entries }) => entries.map((entry) => <Entry key={entry.seq} {...entry} />)}
        </Load>
      )}
    </section>
  )
}

function Entry({ seq, kind, steps, canonical }: Proven['entries'][number]): ReactNode {
  const wrong = steps.some(({ ok }) => ok === false)
  return (
    <div className="proof">
      <p className="proof-head">
        <Badge tone={wrong ? 'bad' : 'good'}>{wrong ? 'Does not hold' : 'Proven'}</Badge>
        <span>
          Entry <span className="number">{seq}</span>, {kind}
        </span>
      </p>
      <ul className="proof-steps">
        {steps.map(({ what, ok, detail }) => (
          <li key={what} className={ok === null ? 'unknown' : ok ? 'good' : 'bad'}>
            <Icon name={ok === null ? 'alert' : ok ? 'check' : 'cross'} />
            <span>
              {what} <span className="sr-only">{ok === null ? '(not checked)' : ok ? '(yes)' : '(no)'}</span>
              <span className="muted"> {detail}</span>
            </span>
          </li>
        ))}
      </ul>
      <details>
        <summary>Canonical text of the entry</summary>
        <pre tabIndex={0} className="text-block">
          {canonical}
        </pre>
      </details>
    </div>
  )
}
