import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FormError, submitting } from '../parts/door.tsx'
import { Load } from '../parts/page.tsx'
import { toast } from '../parts/toast.tsx'
import { useAttempt } from '../parts/use-attempt.ts'
import { isWeight, percent, sharesOf, type Compared, type Weight } from './traffic.rules.ts'

type Version = OutputOf<'agent_versions_list'>['versions'][number]

/** As many as the server lets share. */
const MOST = 10

interface TrafficDialogProps {
  readonly agentId: string
  readonly versions: readonly Compared[]
  readonly onClose: () => void
}

export function TrafficDialog({ agentId, versions, onClose }: TrafficDialogProps): ReactNode {
  const list = useQuery({
    queryKey: ['agent', agentId, 'versions'],
    queryFn: ({ signal }) => call('agent_versions_list', { agent_id: agentId, limit: 50 }, signal),
  })
  return (
    <Dialog title="Share the work" onClose={onClose}>
      <Load of={list} rows={3}>
        {(data) => (
          <Form agentId={agentId} known={data.versions} given={startOf(versions, data.versions)} onClose={onClose} />
        )}
      </Load>
    </Dialog>
  )
}

/** The shares there are; of an agent without any, most for the current version and a little for the newest other one. */
function startOf(compared: readonly Compared[], all: readonly Version[]): readonly Weight[] {
  const shares = compared.filter(({ weight }) => weight > 0)
  if (shares.length > 0) return shares.map(({ version_id, weight }) => ({ version_id, weight: String(weight) }))
  const current = compared[0]?.version_id ?? ''
  const other = all.find(({ version_id: id }) => id !== current)
  return [{ version_id: current, weight: '90' }, ...(other ? [{ version_id: other.version_id, weight: '10' }] : [])]
}

interface FormProps {
  readonly agentId: string
  readonly known: readonly Version[]
  readonly given: readonly Weight[]
  readonly onClose: () => void
}

function Form({ agentId, known, given, onClose }: FormProps): ReactNode {
  const client = useQueryClient()
  const [weights, setWeights] = useState(given)
  const { busy, error, attempt } = useAttempt()
  const save = (): Promise<void> =>
    attempt(async () => {
      const shares = weights.map(({ version_id, weight }) => ({ version_id, weight: Number(weight) }))
      await call('agent_versions_set_traffic', { agent_id: agentId, shares })
      toast('Shared: new tasks and sessions are routed by it.')
      await client.invalidateQueries({ queryKey: ['agent-now', agentId, 'traffic'] })
      onClose()
    })
  const unused = known.find(({ version_id: id }) => !weights.some((one) => one.version_id === id))
  return (
    <form className="form" onSubmit={submitting(save)}>
      <FormError error={error} />
      <p>
        Weights are proportions, from 1 to 1,000: whatever their sum is, it is all of the work. The same task or session
        always gets the same version.
      </p>
      <Weights known={known} weights={weights} onChange={setWeights} />
      <Total weights={weights} />
      <div className="actions">
        <Button
          icon="plus"
          blocked={
            unused === undefined
              ? 'Every version that is listed has a share.'
              : weights.length >= MOST && `At most ${MOST} versions share.`
          }
          onClick={() => unused && setWeights([...weights, { version_id: unused.version_id, weight: '10' }])}
        >
          Add a version
        </Button>
      </div>
      <div className="actions end">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={busy} blocked={problemOf(weights)}>
          Share it so
        </Button>
      </div>
    </form>
  )
}

const problemOf = (weights: readonly Weight[]): string | false =>
  !weights.every(({ weight }) => isWeight(weight)) && 'Each weight is a whole number from 1 to 1,000.'

function Total({ weights }: { readonly weights: readonly Weight[] }): ReactNode {
  const problem = problemOf(weights)
  const sum = weights.reduce((all, { weight }) => all + (isWeight(weight) ? Number(weight) : 0), 0)
  return (
    <p className={problem ? 'field-error' : 'hint'} role="status">
      {problem || `The weights make ${sum.toLocaleString()}, which stands for 100%.`}
    </p>
  )
}

interface WeightsProps {
  readonly known: readonly Version[]
  readonly weights: readonly Weight[]
  readonly onChange: (weights: readonly Weight[]) => void
}

function Weights({ known, weights, onChange }: WeightsProps): ReactNode {
  const shares = sharesOf(weights)
  const set = (at: number, change: Partial<Weight>): void =>
    onChange(weights.map((one, n) => (n === at ? { ...one, ...change } : one)))
  return (
    <ul className="weights">
      {weights.map(({ version_id: id, weight }, n) => {
        const share = shares[n]
        return (
          <li key={id} className="weight">
            <select
              className="input"
              aria-label={`Version ${n + 1} of ${weights.length}`}
              value={id}
              onChange={({ target }) => set(n, { version_id: target.value })}
            >
              {known
                .filter((one) => one.version_id === id || !weights.some((other) => other.version_id === one.version_id))
                .map((one) => (
                  <option key={one.version_id} value={one.version_id}>
                    version {one.version_number}
                  </option>
                ))}
            </select>
            <input
              className="input"
              type="number"
              inputMode="numeric"
              min={1}
              max={1000}
              aria-label={`Weight of version ${n + 1} of ${weights.length}`}
              aria-invalid={isWeight(weight) ? undefined : true}
              value={weight}
              onChange={({ target }) => set(n, { weight: target.value })}
            />
            <span className="number">{share == null ? '–' : percent(share, 1)}</span>
            <Button
              kind="quiet"
              icon="cross"
              label={`Take version ${n + 1} of ${weights.length} out`}
              blocked={weights.length === 1 && 'One version must have a share; end the canary instead.'}
              onClick={() => onChange(weights.filter((_, other) => other !== n))}
            />
          </li>
        )
      })}
    </ul>
  )
}
