import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call, request } from '../api/client.ts'
import type { Grant } from '../api/people.ts'
import { useCan } from '../api/session.ts'
import { Badge } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Page, Problem, Skeleton } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { toast } from '../parts/toast.tsx'
import { KeyDialog } from './key-dialog.tsx'
import { GrantRows } from './grant-rows.tsx'

type Key = OutputOf<'keys_list'>['keys'][number]

export function Keys(): ReactNode {
  const can = useCan()
  const [making, setMaking] = useState(false)
  return (
    <Page
      wide
      title="Keys and grants"
      lead="Keys are secrets that programs hold. Grants are what people allowed an application to do in their name."
      actions={
        <Button kind="primary" icon="plus" needs="keys:write" onClick={() => setMaking(true)}>
          New key
        </Button>
      }
    >
      <div className="stack">
        {can('keys:read') && <KeySheet onNew={() => setMaking(true)} />}
        {can('grants:read') && <GrantSheet />}
      </div>
      {making && <KeyDialog onClose={() => setMaking(false)} />}
    </Page>
  )
}

function KeySheet({ onNew }: { readonly onNew: () => void }): ReactNode {
  const list = usePaged(
    ['keys'],
    (cursor, signal) => call('keys_list', { limit: 50, ...(cursor ? { cursor } : {}) }, signal),
    (page) => page.keys,
  )
  const [revoking, setRevoking] = useState<Key | null>(null)
  return (
    <section className="sheet" aria-label="API keys">
      <header className="sheet-head">
        <h2>API keys</h2>
      </header>
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={4} />}
      {list.rows?.length === 0 && (
        <Empty icon="key" title="No keys yet" action={<Button onClick={onNew}>Make one</Button>}>
          <p>Give every agent a key of its own: what it does is then on its name.</p>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && <KeyTable keys={list.rows} revoke={setRevoking} />}
      <LoadMore of={list} />
      {revoking && <RevokeKey apiKey={revoking} onClose={() => setRevoking(null)} />}
    </section>
  )
}

function KeyTable({ keys, revoke }: { readonly keys: readonly Key[]; readonly revoke: (key: Key) => void }): ReactNode {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Key</th>
          <th>Role</th>
          <th className="wide">Agent</th>
          <th className="wide">Last used</th>
          <th className="wide">Ends</th>
          <th>
            <span className="sr-only">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <th scope="row" className="clip">
              {key.name}
              <span className="sub mono">{key.key_prefix}…</span>
            </th>
            <td className="tight">
              <Badge>{key.role}</Badge>
            </td>
            <td className="tight wide">{key.agent_id ?? <span className="muted">any</span>}</td>
            <td className="tight wide muted">
              <Ago at={key.last_used_at} />
            </td>
            <td className="tight wide muted">
              {key.expires_at ? new Date(key.expires_at).toLocaleDateString() : 'never'}
            </td>
            <td className="tight right">
              {key.revoked_at ? (
                <Badge tone="bad">revoked</Badge>
              ) : (
                <Button kind="quiet" needs="keys:write" aria-label={`Revoke ${key.name}`} onClick={() => revoke(key)}>
                  Revoke…
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function RevokeKey({ apiKey, onClose }: { readonly apiKey: Key; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  return (
    <Confirm
      title={`Revoke “${apiKey.name}”?`}
      verb="Revoke"
      onClose={onClose}
      onConfirm={async () => {
        await call('keys_revoke', { id: apiKey.id })
        toast('Revoked. Calls with it are refused from now on.')
        await client.invalidateQueries({ queryKey: ['keys'] })
      }}
    >
      <p>Whoever still uses it is refused at once. This cannot be taken back; you can make a new key.</p>
    </Confirm>
  )
}

interface GrantList {
  readonly grants: readonly Grant[]
  readonly next_cursor: string | null
}

function GrantSheet(): ReactNode {
  const list = usePaged(
    ['grants'],
    (cursor, signal) => request<GrantList>('GET', '/api/grants', { query: { cursor, limit: 50 }, signal }),
    (page) => page.grants,
  )
  return (
    <section className="sheet" aria-label="Grants">
      <header className="sheet-head">
        <h2>Grants</h2>
      </header>
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={2} />}
      {list.rows?.length === 0 && (
        <Empty icon="device" title="No application is connected">
          <p>Claude and other clients connect by the address of this server; people allow them on a consent page.</p>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <GrantRows grants={list.rows} path="/api/grants" needs="grants:write" stale="grants" />
      )}
      <LoadMore of={list} />
    </section>
  )
}
