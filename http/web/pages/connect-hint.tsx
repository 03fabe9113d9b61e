import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { call } from '../api/client.ts'
import { useCan } from '../api/session.ts'
import { Copyable } from '../parts/copy.tsx'

/** For an org in which no agent has asked yet: how to connect one. Elsewhere it would only be in the way. */
export function ConnectHint(): ReactNode {
  const can = useCan()
  const decisions = useQuery({
    queryKey: ['decisions', 'any'],
    queryFn: ({ signal }) => call('guard_list_decisions', { limit: 1 }, signal),
    enabled: can('guard:read'),
  })
  if (!decisions.data || decisions.data.decisions.length > 0) return null
  return (
    <div className="connect">
      <p>No agent has asked yet. Connect one by the address of this server:</p>
      <Copyable
        label="command"
        text={`claude mcp add --transport http writ ${location.origin}/mcp && claude mcp login writ`}
      />
    </div>
  )
}
