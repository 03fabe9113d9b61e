import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { isRecord } from '../api/client.ts'
import { Badge, DecisionBadge, riskTone, type Tone } from './badges.tsx'

type Row = Readonly<Record<string, unknown>>
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** The clauses that fired: which policy, which line of it, what it wanted and what it saw. */
export function Clauses({ clauses, title }: { readonly clauses: readonly Row[]; readonly title: string }): ReactNode {
  return (
    <section className="block">
      <h3>{title}</h3>
      {clauses.length === 0 && <p className="muted">No clause fired: nothing in the policies concerns this act.</p>}
      <ul className="clauses">
        {clauses.map((clause, index) => (
          <li key={index}>
            <p className="clause-head">
              <DecisionBadge decision={text(clause['effect'])} />
              <Policy id={text(clause['policy_id'] ?? '')} name={text(clause['policy_name'] ?? 'A rule of Writ')} />
              <code className="clause-path">{text(clause['clause'] ?? '')}</code>
            </p>
            <p>{text(clause['message'] ?? '')}</p>
            <Values clause={clause} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What the message says already is not said twice. */
function Values({ clause }: { readonly clause: Row }): ReactNode {
  const message = text(clause['message'] ?? '')
  const rows = (['expected', 'seen'] as const).flatMap((name) => {
    const value = clause[name]
    return value === undefined || value === true || value === null || message.includes(text(value))
      ? []
      : [[name, text(value)] as const]
  })
  if (rows.length === 0) return null
  return (
    <dl className="clause-values">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name === 'seen' ? 'saw' : 'expected'}</dt>
          <dd>
            <code>{value}</code>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Policy({ id, name }: { readonly id: string; readonly name: string }): ReactNode {
  return id.startsWith('gp_') ? (
    <Link href={`/policies/${encodeURIComponent(id)}`}>{name}</Link>
  ) : (
    <strong>{name}</strong>
  )
}

const DANGER: Readonly<Record<string, Tone>> = {
  catastrophic: 'bad',
  high: 'bad',
  elevated: 'warn',
  low: 'plain',
  none: 'good',
}

/** What the guard read out of the act itself. */
export function Findings({ reasons }: { readonly reasons: readonly Row[] }): ReactNode {
  if (reasons.length === 0) return null
  return (
    <section className="block">
      <h3>Found in the act</h3>
      <ul className="findings">
        {reasons.map((reason, index) => (
          <li key={index}>
            <Badge tone={DANGER[text(reason['danger'])] ?? 'plain'}>{text(reason['danger'] ?? 'found')}</Badge>
            <span>
              {text(reason['message'] ?? '')} <code className="muted">{text(reason['code'] ?? '')}</code>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface Step {
  readonly name: string
  readonly delta: number
}

function stepsOf(breakdown: Row): readonly Step[] {
  const evidence = isRecord(breakdown['evidence_derived']) ? breakdown['evidence_derived'] : null
  const base = isRecord(breakdown['base']) ? breakdown['base'] : null
  const fromAct = evidence !== null && Number(evidence['total']) >= Number(breakdown['server_total'] ?? 0)
  const modifiers = (fromAct ? evidence['modifiers'] : breakdown['modifiers']) ?? []
  const start: Step = fromAct
    ? { name: `${text(evidence['action_type'])}, by what it does`, delta: Number(evidence['base_risk']) }
    : { name: `${text(base?.['action_type'] ?? 'other')}, as declared`, delta: Number(base?.['score'] ?? 0) }
  const rest = Array.isArray(modifiers) ? modifiers.filter(isRecord) : []
  return [
    start,
    ...rest.map((one) => ({ name: text(one['factor']).replaceAll('_', ' '), delta: Number(one['delta']) })),
  ]
}

/** How the risk came about, one line a summand, with the total below. */
export function RiskBreakdown({ breakdown }: { readonly breakdown: Row }): ReactNode {
  const final = Number(breakdown['final'] ?? Number.NaN)
  if (Number.isNaN(final)) return null
  const reported = breakdown['client_reported']
  return (
    <section className="block">
      <h3>Risk</h3>
      <table className="sum">
        <tbody>
          {stepsOf(breakdown).map(({ name, delta }, index) => (
            <tr key={index}>
              <th scope="row">{name}</th>
              <td>{index > 0 && delta >= 0 ? `+${delta}` : delta}</td>
            </tr>
          ))}
          {typeof reported === 'number' && (
            <tr>
              <th scope="row">the agent’s own estimate</th>
              <td>{reported}</td>
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Risk of the act</th>
            <td className={riskTone(final)}>{final}</td>
          </tr>
        </tfoot>
      </table>
    </section>
  )
}
