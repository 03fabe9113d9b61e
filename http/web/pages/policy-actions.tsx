import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { call } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { toast, toastError } from '../parts/toast.tsx'
import type { Check } from '../policy/use-check.ts'
import { StateBadge, type Policy } from './policies.tsx'

interface ActionsProps {
  readonly policy: Policy | undefined
  readonly check: Check
  readonly dirty: boolean
}

type Asking = 'activate' | 'save' | 'remove' | null

export function PolicyActions({ policy, check, dirty }: ActionsProps): ReactNode {
  const [asking, setAsking] = useState<Asking>(null)
  const acts = useActs(policy)
  const unsound =
    check.policy === null &&
    (check.state === 'checking' ? 'It is still being checked.' : 'The policy has problems; see below the text.')
  const enforced = policy !== undefined && policy.state === 'active'
  const written = check.policy
  return (
    <>
      {policy && <StateBadge policy={policy} />}
      {policy && (
        <Button kind="quiet" needs="policies:write" onClick={() => setAsking('remove')}>
          Remove…
        </Button>
      )}
      {enforced && (
        <Button needs="policies:write" busy={acts.busy} onClick={() => void acts.toggle()}>
          {policy.active ? 'Switch off' : 'Switch on'}
        </Button>
      )}
      {enforced ? (
        <Button
          kind="primary"
          needs="policies:write"
          blocked={unsound || (!dirty && 'Nothing is changed.')}
          onClick={() => setAsking('save')}
        >
          Save…
        </Button>
      ) : (
        <>
          <Button
            needs="policies:write"
            busy={acts.busy}
            blocked={unsound || (policy !== undefined && !dirty && 'Nothing is changed.')}
            onClick={() => written && void acts.saveDraft(written)}
          >
            Save draft
          </Button>
          <Button kind="primary" needs="policies:write" blocked={unsound} onClick={() => setAsking('activate')}>
            Activate…
          </Button>
        </>
      )}
      {asking === 'activate' && written && (
        <Confirm
          title="Activate this policy?"
          verb="Activate"
          kind="primary"
          onClose={() => setAsking(null)}
          onConfirm={() => acts.activate(written, dirty)}
        >
          <p>
            It decides from the next question on, on every replica. The replay beside the text shows what it would have
            changed.
          </p>
        </Confirm>
      )}
      {asking === 'save' && written && (
        <Confirm
          title="Change an active policy?"
          verb="Save"
          kind="primary"
          onClose={() => setAsking(null)}
          onConfirm={() => acts.save(written)}
        >
          <p>The change decides from the next question on. The former state stays in the history of the policy.</p>
        </Confirm>
      )}
      {asking === 'remove' && policy && (
        <Confirm
          title={`Remove “${policy.name}”?`}
          verb="Remove"
          onClose={() => setAsking(null)}
          onConfirm={acts.remove}
        >
          <p>It decides nothing from then on. Its history stays on the record.</p>
        </Confirm>
      )}
    </>
  )
}

type Written = NonNullable<Check['policy']>

function useActs(policy: Policy | undefined) {
  const client = useQueryClient()
  const [, go] = useLocation()
  const [busy, setBusy] = useState(false)
  const refresh = (): void => {
    for (const key of ['policies', 'policy', 'policy-revisions']) void client.invalidateQueries({ queryKey: [key] })
  }
  const bodyOf = ({ name, rules, mode, agent_ids }: Written) =>
    ({ name, rules, mode: mode ?? 'enforce', agent_ids: agent_ids ?? null }) as const
  const store = async (written: Written): Promise<string> => {
    // The type of a stored policy is fixed: with another one it is another policy.
    if (policy && policy.policy_type === written.policy_type) {
      await call('policies_update', { id: policy.id, ...bodyOf(written) })
      return policy.id
    }
    const made = await call('policies_create', { ...bodyOf(written), policy_type: written.policy_type, state: 'draft' })
    return made.policy_id
  }
  const open = (id: string): void => {
    refresh()
    if (id !== policy?.id) go(`/policies/${id}`, { replace: policy === undefined })
  }
  const quietly = (act: () => Promise<void>) => async (): Promise<void> => {
    setBusy(true)
    try {
      await act()
    } catch (error) {
      toastError(error)
    } finally {
      setBusy(false)
    }
  }
  return {
    busy,
    saveDraft: (written: Written) =>
      quietly(async () => {
        open(await store(written))
        toast('Saved as a draft: it decides nothing yet.')
      })(),
    activate: async (written: Written, dirty: boolean): Promise<void> => {
      const id = policy && !dirty ? policy.id : await store(written)
      await call('policies_activate', { id })
      toast('Active: it decides from the next question on.')
      open(id)
    },
    save: async (written: Written): Promise<void> => {
      open(await store(written))
      toast('Saved. The change decides from the next question on.')
    },
    toggle: quietly(async () => {
      if (!policy) return
      await call('policies_update', { id: policy.id, active: !policy.active })
      toast(policy.active ? 'Switched off.' : 'Switched on.')
      refresh()
    }),
    remove: async (): Promise<void> => {
      if (!policy) return
      await call('policies_remove', { id: policy.id })
      toast('Removed.')
      go('/policies')
      refresh()
    },
  }
}
