import { useState, type ReactNode } from 'react'
import { Link } from 'wouter'
import { call } from '../api/client.ts'
import { useCan } from '../api/session.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Button } from '../parts/button.tsx'
import { LoadMore, usePaged } from '../parts/paged.tsx'
import { Empty, Page, Problem, Skeleton } from '../parts/page.tsx'
import { WebhookDialog } from './webhook-dialog.tsx'
import { Condition, Events, StateBadge, Switch, type Webhook } from './webhook-state.tsx'

export function Webhooks(): ReactNode {
  const can = useCan()
  if (!can('webhooks:read')) {
    return (
      <Page title="Webhooks">
        <Empty icon="lock" title="Webhooks are not for your role">
          <p>Their addresses may hold what only the receiver should know, so admins alone see them.</p>
        </Empty>
      </Page>
    )
  }
  return <All />
}

function All(): ReactNode {
  const [making, setMaking] = useState(false)
  const list = usePaged(
    ['webhooks'],
    (cursor, signal) => call('webhooks_list', { limit: 50, ...(cursor ? { cursor } : {}) }, signal),
    (page) => page.webhooks,
  )
  return (
    <Page
      wide
      title="Webhooks"
      lead="Events of this organization, sent to servers of your own: signed, at least once, tried again for hours."
      actions={
        <Button kind="primary" icon="plus" needs="webhooks:write" onClick={() => setMaking(true)}>
          New webhook
        </Button>
      }
    >
      {list.error && !list.data ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending && <Skeleton rows={4} tall />}
      {list.rows?.length === 0 && (
        <Empty icon="hook" title="No webhook yet">
          <p>Have decisions, tasks, alerts or whatever else happens here told to a server as it happens.</p>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && <Rows webhooks={list.rows} />}
      <LoadMore of={list} />
      {making && <WebhookDialog onClose={() => setMaking(false)} />}
    </Page>
  )
}

function Rows({ webhooks }: { readonly webhooks: readonly Webhook[] }): ReactNode {
  return (
    <ul className="sheet rows" aria-label="Webhooks">
      {webhooks.map((webhook) => (
        <li key={webhook.webhook_id}>
          <span className="severity">
            <StateBadge webhook={webhook} />
          </span>
          <div className="grow">
            <p className="mono url">
              <Link href={`/webhooks/${webhook.webhook_id}`}>{spelledOut(webhook.url)}</Link>
            </p>
            {webhook.description !== null && <p className="sub wrap">{spelledOut(webhook.description)}</p>}
            <Events names={webhook.events} />
            <p className="sub wrap">
              <Condition webhook={webhook} />
            </p>
          </div>
          <div className="actions end of-row">
            <Switch webhook={webhook} />
          </div>
        </li>
      ))}
    </ul>
  )
}
