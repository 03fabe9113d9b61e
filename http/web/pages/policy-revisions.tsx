import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { call } from '../api/client.ts'
import { Badge } from '../parts/badges.tsx'
import { Load } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'

export function Revisions({ id }: { readonly id: string }): ReactNode {
  const list = useQuery({
    queryKey: ['policy-revisions', id],
    queryFn: ({ signal }) => call('policies_list_revisions', { id, limit: 10 }, signal),
  })
  return (
    <section className="sheet" aria-label="History of the policy">
      <header className="sheet-head">
        <h2>History</h2>
      </header>
      <Load of={list} rows={2}>
        {({ revisions }) => (
          <ul className="rows">
            {revisions.map((one) => (
              <li key={one.revision}>
                <span className="number muted">{one.revision}</span>
                <Badge>{one.change_type}</Badge>
                <code className="grow">{one.actor}</code>
                <span className="muted">
                  <Ago at={one.at} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Load>
    </section>
  )
}
