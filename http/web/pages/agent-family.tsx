import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge } from '../parts/badges.tsx'

type Member = OutputOf<'agent_versions_get_lineage'>['root']

/** The forks an agent belongs to; an agent without any has no family to show. */
export function Family({ agentId }: { readonly agentId: string }): ReactNode {
  const { data } = useQuery({
    queryKey: ['agent', agentId, 'family'],
    queryFn: ({ signal }) => call('agent_versions_get_lineage', { agent_id: agentId }, signal),
  })
  if (data === undefined || data.root.children.length === 0) return null
  return (
    <section className="sheet" aria-label="Family">
      <header className="sheet-head">
        <h2>Family</h2>
        {data.truncated && <span className="muted">its first 1,000 agents</span>}
      </header>
      <ul className="tree pad">
        <Branch member={data.root} self={agentId} />
      </ul>
    </section>
  )
}

function Branch({ member, self }: { readonly member: Member; readonly self: string }): ReactNode {
  const name = spelledOut(member.agent_name ?? member.agent_id)
  return (
    <li>
      <span className="tree-node">
        {member.agent_id === self ? (
          <strong aria-current="true">{name}</strong>
        ) : (
          <Link href={`/agents/${encodeURIComponent(member.agent_id)}`}>{name}</Link>
        )}
        {member.fork_type && <Badge>{member.fork_type.replace('_', ' ')}</Badge>}
        {member.version_number > 0 && <span className="muted number">version {member.version_number}</span>}
      </span>
      {member.children.length > 0 && (
        <ul>
          {member.children.map((child) => (
            <Branch key={child.agent_id} member={child} self={self} />
          ))}
        </ul>
      )}
    </li>
  )
}
