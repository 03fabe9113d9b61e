import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { Scope } from '#core/kernel/scope'
import { request } from '../api/client.ts'
import type { Grant } from '../api/people.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge } from '../parts/badges.tsx'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Ago } from '../parts/time.tsx'
import { toast } from '../parts/toast.tsx'

interface GrantRowsProps {
  readonly grants: readonly Grant[]
  /** Where one is revoked: the org's or the person's own. */
  readonly path: '/api/grants' | '/api/account/grants'
  readonly needs: Scope
  readonly stale: string
}

export function GrantRows({ grants, path, needs, stale }: GrantRowsProps): ReactNode {
  const client = useQueryClient()
  const [revoking, setRevoking] = useState<Grant | null>(null)
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th>Application</th>
            <th className="wide">May</th>
            <th className="wide">Last used</th>
            <th>
              <span className="sr-only">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {grants.map((grant) => (
            <tr key={grant.id}>
              <th scope="row" className="clip">
                {spelledOut(grant.client_name ?? grant.client_id)}
                <span className="sub">
                  {grant.email}
                  {grant.agent_id && <> · as {spelledOut(grant.agent_id)}</>}
                </span>
              </th>
              <td className="tight wide muted" title={grant.scopes.join(', ')}>
                {grant.scopes.length} {grant.scopes.length === 1 ? 'scope' : 'scopes'}
              </td>
              <td className="tight wide muted">
                <Ago at={grant.last_used_at} />
              </td>
              <td className="tight right">
                {grant.revoked_at ? (
                  <Badge tone="bad">revoked</Badge>
                ) : (
                  <Button
                    kind="quiet"
                    needs={needs}
                    aria-label={`Revoke ${grant.client_name ?? grant.client_id}`}
                    onClick={() => setRevoking(grant)}
                  >
                    Revoke…
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {revoking && (
        <Confirm
          title={`Revoke ${spelledOut(revoking.client_name ?? revoking.client_id)}?`}
          verb="Revoke"
          onClose={() => setRevoking(null)}
          onConfirm={async () => {
            await request('DELETE', `${path}/${encodeURIComponent(revoking.id)}`)
            toast('Revoked. Its tokens are refused from now on.')
            await client.invalidateQueries({ queryKey: [stale] })
          }}
        >
          <p>It stops at once, also in the middle of its work. To come back it has to ask for consent again.</p>
        </Confirm>
      )}
    </>
  )
}
