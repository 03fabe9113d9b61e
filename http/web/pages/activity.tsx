import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { request } from '../api/client.ts'
import type { Act } from '../api/people.ts'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Page, Problem, Skeleton } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { useSettled } from '../parts/use-settled.ts'

interface List {
  readonly activity: readonly Act[]
  readonly next_cursor: string | null
}

export function Activity(): ReactNode {
  const [params, setParams] = useSearchParams()
  const event = params.get('event') ?? ''
  const settled = useSettled(event)
  const list = usePaged(
    ['activity', settled],
    (cursor, signal) => request<List>('GET', '/api/activity', { query: { event: settled, cursor, limit: 50 }, signal }),
    (page) => page.activity,
  )
  return (
    <Page
      wide
      title="Activity"
      lead="Who changed what: keys, members, policies, settings, grants, halts. Each act is on the ledger as well."
    >
      <search className="filters">
        <input
          className="input"
          type="search"
          placeholder="Event, as key.created"
          aria-label="Event"
          value={event}
          onChange={(change) =>
            setParams(change.target.value === '' ? {} : { event: change.target.value }, { replace: true })
          }
        />
      </search>
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={8} />}
      {list.rows?.length === 0 && (
        <Empty icon="pulse" title={settled === '' ? 'Nothing was changed yet' : 'No such event'}>
          <p>Changes by people and keys with rights stand here, newest first.</p>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && <Rows acts={list.rows} />}
      <LoadMore of={list} />
    </Page>
  )
}

function Rows({ acts }: { readonly acts: readonly Act[] }): ReactNode {
  return (
    <div className="sheet">
      <table className="table">
        <thead>
          <tr>
            <th>Who</th>
            <th>What</th>
            <th className="wide">From</th>
            <th className="right">When</th>
          </tr>
        </thead>
        <tbody>
          {acts.map((act) => (
            <tr key={act.id}>
              <th scope="row" className="tight">
                {act.actor.name}
                <span className="sub">{act.actor.kind}</span>
              </th>
              <td>
                <code>{act.event}</code> <code className="muted">{act.ref}</code>
                <Data data={act.data} />
              </td>
              <td className="tight wide muted mono">{act.address ?? '–'}</td>
              <td className="tight right muted">
                <Ago at={act.at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Data({ data }: { readonly data: Act['data'] }): ReactNode {
  const text = Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')
  return text === '' ? null : <span className="sub wrap">{text}</span>
}
