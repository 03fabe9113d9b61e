import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { ApiError, call } from '../api/client.ts'
import { usePolling } from '../api/live.ts'
import { useCan } from '../api/session.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Button } from '../parts/button.tsx'
import { Copyable } from '../parts/copy.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Icon } from '../parts/icons.tsx'
import { Back, Missing } from '../parts/missing.tsx'
import { Load, Page } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { toast } from '../parts/toast.tsx'
import { WebhookDialog } from './webhook-dialog.tsx'
import { Deliveries } from './webhook-log.tsx'
import { Overlap, RotateDialog } from './webhook-rotate.tsx'
import { Condition, Events, StateBadge, Switch, type Webhook } from './webhook-state.tsx'

type Asked = 'edit' | 'rotate' | 'remove'

export function WebhookPage({ id }: { readonly id: string }): ReactNode {
  const can = useCan()
  const [asked, ask] = useState<Asked>()
  const polling = usePolling()
  const query = useQuery({
    queryKey: ['webhook', id],
    queryFn: ({ signal }) => call('webhooks_get', { webhook_id: id }, signal),
    enabled: can('webhooks:read'),
    refetchInterval: polling,
  })
  const webhook = query.data?.webhook
  const close = (): void => ask(undefined)
  const list = { href: '/webhooks', name: 'Webhooks' }
  if (!can('webhooks:read') || (query.error instanceof ApiError && query.error.status === 404)) {
    return <Missing what="webhook" {...list} />
  }
  return (
    <Page
      wide
      title={webhook ? spelledOut(new URL(webhook.url).host) : 'Webhook'}
      tab="Webhook"
      back={<Back {...list} />}
      actions={webhook && <Acts webhook={webhook} ask={ask} />}
    >
      <Load of={query} rows={8}>
        {(data) => <Detail webhook={data.webhook} />}
      </Load>
      {webhook && asked === 'edit' && <WebhookDialog webhook={webhook} onClose={close} />}
      {webhook && asked === 'rotate' && <RotateDialog webhook={webhook} onClose={close} />}
      {webhook && asked === 'remove' && <RemoveDialog webhook={webhook} onClose={close} />}
    </Page>
  )
}

function Acts({ webhook, ask }: { readonly webhook: Webhook; readonly ask: (what: Asked) => void }): ReactNode {
  return (
    <>
      <Switch webhook={webhook} />
      <Button icon="sliders" needs="webhooks:write" onClick={() => ask('edit')}>
        Edit…
      </Button>
      <Button icon="key" needs="webhooks:write" onClick={() => ask('rotate')}>
        Rotate secret…
      </Button>
      <Button kind="danger" needs="webhooks:write" onClick={() => ask('remove')}>
        Remove…
      </Button>
    </>
  )
}

function Detail({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['State', <StateBadge webhook={webhook} />],
    ['URL', <Copyable text={webhook.url} label="the URL" />],
    ['Description', webhook.description !== null && spelledOut(webhook.description)],
    ['Events', <Events names={webhook.events} />],
    ['Bodies', webhook.format === 'writ' ? 'Writ' : 'Clawmit'],
    ['Signature', <Overlap webhook={webhook} />],
    ['Created', <Ago at={webhook.created_at} />],
  ]
  const troubled = !webhook.active || webhook.failures > 0
  return (
    <div className="stack">
      {troubled && (
        <p className={webhook.state === 'disabled' ? 'note bad' : 'note warn'}>
          <Icon name="alert" />
          <span>
            <Condition webhook={webhook} />
            {!webhook.active && ' What waits is kept, and is sent when it is resumed.'}
          </span>
        </p>
      )}
      <dl className="facts sheet pad">
        {rows
          .filter(([, value]) => value !== false)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <Deliveries webhook={webhook} />
    </div>
  )
}

function RemoveDialog({ webhook, onClose }: { readonly webhook: Webhook; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  const [, go] = useLocation()
  const remove = async (): Promise<void> => {
    await call('webhooks_remove', { webhook_id: webhook.webhook_id })
    toast('Removed.')
    go('/webhooks')
    client.removeQueries({ queryKey: ['webhook', webhook.webhook_id] })
    void client.invalidateQueries({ queryKey: ['webhooks'] })
  }
  return (
    <Confirm title="Remove this webhook?" verb="Remove" onClose={onClose} onConfirm={remove}>
      <p>Nothing more is sent there. Its secret, its log and what still waits go with it; this cannot be taken back.</p>
    </Confirm>
  )
}
