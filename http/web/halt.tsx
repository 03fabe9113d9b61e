import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call } from './api/client.ts'
import { usePolling } from './api/live.ts'
import { useCan } from './api/session.ts'
import { Button } from './parts/button.tsx'
import { Confirm } from './parts/dialog.tsx'
import { Input } from './parts/fields.tsx'
import { Icon } from './parts/icons.tsx'
import { Ago } from './parts/time.tsx'
import { toast } from './parts/toast.tsx'

export function useHalt() {
  const can = useCan()
  const polling = usePolling()
  return useQuery({
    queryKey: ['halt'],
    queryFn: ({ signal }) => call('halt_get', {}, signal),
    enabled: can('halt:read'),
    refetchInterval: polling,
  })
}

/** On every page while the org is halted; who may lifts it from here. */
export function HaltBanner(): ReactNode {
  const { data } = useHalt()
  const client = useQueryClient()
  const can = useCan()
  const [asking, setAsking] = useState(false)
  if (!data?.halted) return null
  return (
    <div className="halt" role="alert">
      <Icon name="stop" />
      <p>
        <strong>Everything is halted.</strong> Every guard decision is a block
        {data.halted_by && <>, since {data.halted_by} stopped it</>} <Ago at={data.halted_at} />
        {data.reason && <>: “{data.reason}”</>}.
      </p>
      {can('halt:write') && <Button onClick={() => setAsking(true)}>Resume…</Button>}
      {asking && (
        <Confirm
          title="Resume the organization?"
          verb="Resume"
          kind="primary"
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            client.setQueryData(['halt'], await call('halt_stop', {}))
            toast('Resumed. Guard decides by the policies again.')
          }}
        >
          <p>Guard decides by the policies again, from the moment you confirm.</p>
        </Confirm>
      )}
    </div>
  )
}

export function HaltDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  return (
    <Confirm
      title="Halt every agent?"
      verb="Halt everything"
      onClose={onClose}
      onConfirm={async () => {
        client.setQueryData(
          ['halt'],
          await call('halt_start', { reason: reason.trim() || 'Halted from the dashboard' }),
        )
        toast('Halted. Every guard decision is a block until you resume.')
      }}
    >
      <p>
        From the moment you confirm no replica records an allow: every guard decision of this organization is a block.
      </p>
      <Input
        label="Reason"
        hint="Told to every agent that asks."
        maxLength={500}
        autoFocus
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </Confirm>
  )
}
