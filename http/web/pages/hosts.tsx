import type { ReactNode } from 'react'
import { request } from '../api/client.ts'
import { Badge } from '../parts/badges.tsx'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Page, Problem, Skeleton } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'

interface Seam {
  readonly machine: string
  readonly host: string
  readonly seam: string
  readonly version: string | null
  readonly outcome: 'enforced' | 'advisory' | 'dead' | 'changed'
  readonly detail: string
  readonly seen_at: string
}

interface List {
  readonly seams: readonly Seam[]
  readonly next_cursor: string | null
}

export function Hosts(): ReactNode {
  const list = usePaged(
    ['hosts'],
    (cursor, signal) => request<List>('GET', '/api/hosts', { query: { cursor, limit: 50 }, signal }),
    (page) => page.seams,
  )
  return (
    <Page
      wide
      title="Clients"
      lead="Whether a forbidden call was refused, by each agent client on each machine where a witness looked last."
    >
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={6} />}
      {list.rows?.length === 0 && (
        <Empty icon="shield" title="No witness has looked yet">
          <p>
            On a machine with Claude Code, Codex or OpenClaw run <code>writ install claude</code>, and then{' '}
            <code>writ witness</code>: it tries with the real client whether a forbidden call is refused.
          </p>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && <Rows seams={list.rows} />}
      <LoadMore of={list} />
    </Page>
  )
}

const words = {
  enforced: 'refused; the person cannot switch it off',
  advisory: 'refused; the person can switch it off',
  dead: 'it ran',
  changed: 'not set up as it was installed, as a session found when it began',
} as const
const tones = { enforced: 'good', advisory: 'warn', dead: 'bad', changed: 'bad' } as const

function Rows({ seams }: { readonly seams: readonly Seam[] }): ReactNode {
  return (
    <div className="sheet">
      <table className="table">
        <thead>
          <tr>
            <th>Client</th>
            <th>Outcome</th>
            <th className="wide">Seam</th>
            <th className="right">Seen</th>
          </tr>
        </thead>
        <tbody>
          {seams.map((seam) => (
            <tr key={`${seam.machine} ${seam.host} ${seam.seam}`}>
              <th scope="row" className="tight">
                {seam.host} {seam.version}
                <span className="sub">{seam.machine}</span>
              </th>
              <td>
                <Badge tone={tones[seam.outcome]}>{seam.outcome}</Badge>
                <span className="sub wrap">{words[seam.outcome]}</span>
                {seam.outcome === 'changed' && <span className="sub wrap">{seam.detail}</span>}
              </td>
              <td className="wide muted wrap">{seam.seam}</td>
              <td className="tight right muted">
                <Ago at={seam.seen_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
