import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call } from '../api/client.ts'
import { useSession } from '../api/session.ts'
import { Badge } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { Copyable } from '../parts/copy.tsx'
import { Load, Page } from '../parts/page.tsx'
import { LedgerProof } from '../parts/proof.tsx'
import { Ago } from '../parts/time.tsx'

export function Ledger(): ReactNode {
  const checkpoint = useQuery({
    queryKey: ['ledger'],
    queryFn: ({ signal }) => call('ledger_get_checkpoint', {}, signal),
    staleTime: 30_000,
  })
  return (
    <Page
      title="Ledger"
      lead="Every decision, approval, outcome and admin act, in a tree that only grows. Whoever kept a checkpoint can tell when the past was changed."
    >
      <div className="stack">
        <Load of={checkpoint} rows={5}>
          {({ checkpoint: newest, verifier_keys: keys }) => (
            <>
              <section className="sheet pad">
                <dl className="facts">
                  <div>
                    <dt>Entries</dt>
                    <dd className="figure">{newest.size.toLocaleString()}</dd>
                  </div>
                  <div>
                    <dt>Signed</dt>
                    <dd>
                      <Ago at={newest.created_at} />
                    </dd>
                  </div>
                  <div>
                    <dt>Log</dt>
                    <dd>
                      <code>{newest.origin}</code>
                    </dd>
                  </div>
                  <div>
                    <dt>Root</dt>
                    <dd>
                      <Copyable text={newest.root} label="the root" />
                    </dd>
                  </div>
                </dl>
                <details>
                  <summary>Signed checkpoint: the part to keep</summary>
                  <pre tabIndex={0} className="text-block">
                    {newest.note}
                  </pre>
                </details>
              </section>
              <Verify />
              <Keys verifiers={keys} />
            </>
          )}
        </Load>
        <Latest />
      </div>
    </Page>
  )
}

function Verify(): ReactNode {
  return (
    <section className="sheet" aria-label="Verify it yourself">
      <header className="sheet-head">
        <h2>Verify it yourself</h2>
      </header>
      <div className="form pad">
        <p>Offline, anywhere, without trusting this server: keep the keys now, export later, and check.</p>
        <ol className="steps">
          <li>
            <Copyable text="writ ledger keys > writ.keys" label="command" />
          </li>
          <li>
            <Copyable text="writ ledger export ledger.jsonl" label="command" />
          </li>
          <li>
            <Copyable text="writ verify ledger.jsonl --key writ.keys" label="command" />
          </li>
        </ol>
      </div>
    </section>
  )
}

function Keys({ verifiers }: { readonly verifiers: readonly string[] }): ReactNode {
  const { org } = useSession()
  const jwks = useQuery({
    queryKey: ['jwks'],
    queryFn: ({ signal }) => call('ledger_get_jwks', { org: org.org_id }, signal),
  })
  return (
    <section className="sheet" aria-label="Signing keys">
      <header className="sheet-head">
        <h2>Signing keys</h2>
        <a href={`/.well-known/jwks.json?org=${encodeURIComponent(org.org_id)}`}>As a key set</a>
      </header>
      <ul className="rows">
        {verifiers.map((key, index) => (
          <li key={key}>
            <Badge tone={index === 0 ? 'good' : 'plain'}>{index === 0 ? 'signs now' : 'retired'}</Badge>
            <Copyable text={key} label="the verifier key" />
            <span className="muted">{jwks.data?.keys[index]?.alg ?? ''}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const KINDS = ['decision', 'approval', 'outcome', 'action', 'policy', 'key', 'admin'] as const

function Latest(): ReactNode {
  const [kind, setKind] = useState('')
  const [open, setOpen] = useState<string | null>(null)
  const known = KINDS.find((one) => one === kind)
  const list = useQuery({
    queryKey: ['ledger', 'entries', kind],
    queryFn: ({ signal }) => call('ledger_list_entries', { limit: 20, ...(known ? { kind: known } : {}) }, signal),
  })
  return (
    <section className="sheet" aria-label="Latest entries">
      <header className="sheet-head">
        <h2>Latest entries</h2>
        <select
          className="input narrow"
          aria-label="Kind"
          value={kind}
          onChange={(event) => setKind(event.target.value)}
        >
          <option value="">Every kind</option>
          {KINDS.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </header>
      <Load of={list} rows={6}>
        {({ entries }) => (
          <ul className="rows">
            {entries.map(({ entry }) => (
              <li key={entry.seq}>
                <span className="number muted">{entry.seq}</span>
                <Badge>{entry.kind}</Badge>
                <code className="grow">{entry.ref}</code>
                <span className="muted">
                  <Ago at={entry.at} />
                </span>
                <Button
                  kind="quiet"
                  aria-expanded={open === entry.ref}
                  onClick={() => setOpen(open === entry.ref ? null : entry.ref)}
                >
                  Prove
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Load>
      {open !== null && <LedgerProof key={open} about={open} />}
    </section>
  )
}
