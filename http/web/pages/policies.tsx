import { useMemo, useRef, useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { useCan } from '../api/session.ts'
import { Badge } from '../parts/badges.tsx'
import { ButtonLink } from '../parts/button.tsx'
import { useHotkeys } from '../parts/hotkeys.ts'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Page, Problem, Skeleton } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'

export type Policy = OutputOf<'policies_list'>['policies'][number]

export function Policies(): ReactNode {
  const can = useCan()
  const [search, setSearch] = useState('')
  const box = useRef<HTMLInputElement>(null)
  useHotkeys({ '/': () => box.current?.focus() })
  const list = usePaged(
    ['policies'],
    (cursor, signal) => call('policies_list', { limit: 200, ...(cursor ? { cursor } : {}) }, signal),
    (page) => page.policies,
  )
  const shown = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean)
    return list.rows?.filter(({ name, policy_type }) =>
      words.every((word) => `${name} ${policy_type}`.toLowerCase().includes(word)),
    )
  }, [list.rows, search])
  return (
    <Page
      wide
      title="Policies"
      lead="What the guard decides by. The strictest answer stands; drafts and policies in shadow change nothing."
      actions={
        can('policies:write') && (
          <ButtonLink href="/policies/new" kind="primary" icon="plus">
            New policy
          </ButtonLink>
        )
      }
    >
      <search className="filters">
        <input
          ref={box}
          className="input"
          type="search"
          placeholder="Name or type"
          aria-label="Search the policies"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </search>
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={10} />}
      {list.rows?.length === 0 && (
        <Empty
          icon="shield"
          title="No policies"
          action={can('policies:write') && <ButtonLink href="/policies/new">Write one</ButtonLink>}
        >
          <p>Without policies the guard allows what it is asked, except what would cause loss that cannot be undone.</p>
        </Empty>
      )}
      {shown &&
        list.rows &&
        list.rows.length > 0 &&
        (shown.length > 0 ? <Rows policies={shown} /> : <Empty icon="search" title="No policy matches" />)}
      <LoadMore of={list} />
    </Page>
  )
}

export function StateBadge({
  policy,
}: {
  readonly policy: Pick<Policy, 'state' | 'active' | 'mode' | 'inert'>
}): ReactNode {
  if (policy.state === 'draft') return <Badge tone="ask">draft</Badge>
  if (!policy.active) return <Badge>off</Badge>
  if (policy.mode === 'shadow') return <Badge tone="warn">shadow</Badge>
  if (policy.inert !== null) return <Badge tone="warn">no effect</Badge>
  return <Badge tone="good">active</Badge>
}

function Rows({ policies }: { readonly policies: readonly Policy[] }): ReactNode {
  return (
    <div className="sheet">
      <table className="table">
        <thead>
          <tr>
            <th>Policy</th>
            <th>State</th>
            <th className="wide">Agents</th>
            <th className="right wide">Changed</th>
          </tr>
        </thead>
        <tbody>
          {policies.map((policy) => (
            <tr key={policy.id} className="linked">
              <th scope="row" className="clip">
                <Link href={`/policies/${encodeURIComponent(policy.id)}`}>{policy.name}</Link>
                <span className="sub mono">{policy.policy_type}</span>
              </th>
              <td className="tight" title={policy.inert ?? undefined}>
                <StateBadge policy={policy} />
              </td>
              <td className="tight wide">
                {policy.agent_ids?.length ? (
                  `${policy.agent_ids.length} named`
                ) : (
                  <span className="muted">every agent</span>
                )}
              </td>
              <td className="tight right wide muted">
                <Ago at={policy.updated_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
