import { useMemo, useRef, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useCan } from '../api/session.ts'
import { settledBy, useDecide, usePending, type Pending, type Ruling } from '../api/approvals.ts'
import { sentenceOf } from '../api/client.ts'
import { ApprovalDetail } from './approval-detail.tsx'
import { ApprovalList } from './approval-list.tsx'
import { ButtonLink } from '../parts/button.tsx'
import { Empty, Problem, Skeleton, usePageHeading } from '../parts/page.tsx'
import { useHotkeys } from '../parts/hotkeys.ts'
import { toast, toastError } from '../parts/toast.tsx'
import { ConnectHint } from './connect-hint.tsx'

/** What the person is about to say about the open act. */
export type Asking = 'deny' | 'grant' | null

export function Approvals({ selected }: { readonly selected?: string }): ReactNode {
  const can = useCan()
  const pending = usePending()
  const rows = pending.data ?? []
  const heading = usePageHeading(rows.length > 0 ? `(${rows.length}) Approvals` : 'Approvals')
  const [search, setSearch] = useState('')
  const shown = useMemo(() => rows.filter((row) => matches(row, search)), [rows, search])
  const inbox = useInbox(shown, selected)
  if (!can('approvals:read')) return <Empty icon="lock" title="Approvals are not for your role" />
  const open = inbox.open
  return (
    <div className={`inbox${selected === undefined ? '' : ' has-selected'}`}>
      <section className="inbox-list" aria-label="Pending approvals">
        <header className="inbox-head">
          <h1 ref={heading} tabIndex={-1}>
            Approvals <span className="count">{pending.data ? rows.length : ''}</span>
          </h1>
          <input
            ref={inbox.searchBox}
            className="input"
            type="search"
            placeholder="Search"
            aria-label="Search the pending approvals"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </header>
        {pending.error && pending.data === undefined && (
          <Problem error={pending.error} retry={() => void pending.refetch()} />
        )}
        {pending.isPending && <Skeleton rows={7} tall />}
        {pending.data && rows.length === 0 && <NothingWaits />}
        {rows.length > 0 && shown.length === 0 && <p className="muted pad">Nothing that waits matches “{search}”.</p>}
        <ApprovalList rows={shown} openId={open} busy={inbox.busy} />
      </section>
      <p className="sr-only" aria-live="polite">
        {selected === undefined ? '' : spokenOf(rows.find(({ id }) => id === selected))}
      </p>
      <section className="inbox-detail" aria-label="The act">
        {open === undefined ? (
          pending.data && rows.length > 0 && <p className="muted pad">Choose an act to see it as the guard saw it.</p>
        ) : (
          <ApprovalDetail
            key={open}
            id={open}
            row={rows.find(({ id }) => id === open)}
            asking={inbox.asking}
            ask={inbox.ask}
            busy={inbox.busy === open}
            settled={inbox.settled.get(open)}
            decide={inbox.decide}
          />
        )}
      </section>
    </div>
  )
}

/** What is said when another act is opened by a key: the focus stays where it was. */
function spokenOf(row: Pending | undefined): string {
  return row ? `${row.action.declared_goal}, risk ${row.approval.risk_score}` : ''
}

function matches({ action }: Pending, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const text = [
    action.declared_goal,
    action.target,
    action.action_type,
    action.agent_id,
    action.agent_name,
    action.action_id,
  ]
  const hay = text.join(' ').toLowerCase()
  return words.every((word) => hay.includes(word))
}

/** Which act is open, and what is being done about it. */
function useInbox(shown: readonly Pending[], selected: string | undefined) {
  const [, go] = useLocation()
  const decide = useDecide()
  const searchBox = useRef<HTMLInputElement>(null)
  const [asking, ask] = useState<Asking>(null)
  const [settled, setSettled] = useState<ReadonlyMap<string, string>>(new Map())
  // Beside the list there is always room for one act; on a phone only a chosen one is opened.
  const open = selected ?? (isWide() ? shown[0]?.id : undefined)
  const at = shown.findIndex(({ id }) => id === open)
  const goTo = (row: Pending | undefined): void => {
    if (!row) return
    ask(null)
    go(`/approvals/${encodeURIComponent(row.id)}`)
  }
  const rule = async (ruling: Ruling): Promise<void> => {
    try {
      await decide.mutateAsync(ruling)
      ask(null)
      toast(ruling.decision === 'allow' ? 'Approved. The agent was told.' : 'Denied. The agent was told why.')
      const next = isWide() ? (shown[at + 1] ?? shown[at - 1]) : undefined
      go(next ? `/approvals/${encodeURIComponent(next.id)}` : '/')
    } catch (error) {
      const why = settledBy(error)
      if (why === null) toastError(error)
      else {
        ask(null)
        setSettled((before) => new Map(before).set(ruling.action_id, sentenceOf(error)))
      }
    }
  }
  const ready = open !== undefined && at >= 0 && !decide.isPending && !settled.has(open)
  useHotkeys({
    j: () => goTo(shown[Math.min(shown.length - 1, at + 1)]),
    k: () => goTo(shown[Math.max(0, at - 1)]),
    Enter:
      selected === undefined && document.activeElement === document.body
        ? () => goTo(shown[Math.max(0, at)])
        : undefined,
    '/': () => searchBox.current?.focus(),
    a: ready ? () => void rule({ action_id: open, decision: 'allow' }) : undefined,
    d: ready ? () => ask('deny') : undefined,
    w: ready ? () => ask('grant') : undefined,
    Escape: asking ? () => ask(null) : selected === undefined ? undefined : () => go('/'),
  })
  const busy = decide.isPending ? decide.variables.action_id : undefined
  return { open, asking, ask, settled, busy, searchBox, decide: (ruling: Ruling) => void rule(ruling) }
}

const isWide = (): boolean => window.matchMedia('(min-width: 900px)').matches

function NothingWaits(): ReactNode {
  const can = useCan()
  return (
    <Empty
      icon="inbox"
      title="Nothing waits for you"
      action={can('guard:read') && <ButtonLink href="/decisions">See what was decided</ButtonLink>}
    >
      <p>When a policy asks for a person, the act shows up here within a second, and the agent waits.</p>
      <ConnectHint />
    </Empty>
  )
}
