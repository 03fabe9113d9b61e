import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { OutputOf } from '../../client/operations.ts'
import { ApiError, call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Button } from '../parts/button.tsx'
import { Door, FormError, submitting } from '../parts/door.tsx'
import { Problem, Skeleton } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { useAttempt } from '../parts/use-attempt.ts'

type Pairing = OutputOf<'pairings_get'>['pairing']

/** An agent wants its public key to stand for it: a person compares the fingerprint and lets it. */
export function Pair({ id }: { readonly id: string }): ReactNode {
  const asked = useQuery({
    queryKey: ['pairing', id],
    queryFn: ({ signal }) => call('pairings_get', { id }, signal),
    retry: false,
  })
  if (asked.error instanceof ApiError && asked.error.status === 404) {
    return <Ended title="There is no such pairing" lead="The link is wrong, or it belongs to another organization." />
  }
  if (!asked.data) {
    return <Door title="Pair an agent?">{asked.error ? <Problem error={asked.error} /> : <Skeleton rows={6} />}</Door>
  }
  const { pairing } = asked.data
  if (pairing.status === 'expired') {
    return <Ended title="This pairing has expired" lead="Let the agent ask again; a link is good for 15 minutes." />
  }
  if (pairing.status === 'approved') {
    return <Ended title="Paired" lead="The agent is recognised by its key from now on. You can close this window." />
  }
  return <Question pairing={pairing} />
}

function Question({ pairing }: { readonly pairing: Pairing }): ReactNode {
  const client = useQueryClient()
  const { busy, error, attempt } = useAttempt()
  const approve = (): Promise<void> =>
    attempt(async () => {
      await call('pairings_approve', { id: pairing.id })
      await client.invalidateQueries({ queryKey: ['pairing', pairing.id] })
    })
  return (
    <Door
      title={`Pair ${spelledOut(pairing.agent_name ?? pairing.agent_id)}?`}
      lead="What it signs with this key will count as said by this agent. Compare the fingerprint with what the agent shows."
    >
      <form className="form" onSubmit={submitting(approve)}>
        <dl className="facts sheet pad">
          <dt>Agent</dt>
          <dd className="mono">{spelledOut(pairing.agent_id)}</dd>
          <dt>Fingerprint</dt>
          <dd className="mono">{pairing.fingerprint}</dd>
          <dt>Algorithm</dt>
          <dd>{pairing.algorithm}</dd>
          <dt>Asked</dt>
          <dd>
            <Ago at={pairing.created_at} />, by <span className="mono">{pairing.created_by}</span>
          </dd>
        </dl>
        <FormError error={error} />
        <Button type="submit" kind="primary" big busy={busy} needs="identities:write">
          Pair
        </Button>
      </form>
    </Door>
  )
}

function Ended({ title, lead }: { readonly title: string; readonly lead: string }): ReactNode {
  return (
    <Door title={title} lead={lead}>
      <Link href="/agents" className="button big">
        Agents
      </Link>
    </Door>
  )
}
