import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { call } from '../api/client.ts'
import { spelledOut } from '../parts/act.rules.ts'
import { Badge } from '../parts/badges.tsx'
import { Select } from '../parts/fields.tsx'
import { Load } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'

type Version = OutputOf<'agent_versions_list'>['versions'][number]
type Diff = OutputOf<'agent_versions_compare'>['diff']

/** The newest versions of an agent, and what differs between any two of them. */
export function Versions({ agentId }: { readonly agentId: string }): ReactNode {
  const list = useQuery({
    queryKey: ['agent', agentId, 'versions'],
    queryFn: ({ signal }) => call('agent_versions_list', { agent_id: agentId, limit: 50 }, signal),
  })
  return (
    <section className="sheet" aria-label="Versions">
      <header className="sheet-head">
        <h2>Versions</h2>
        {list.data && <span className="muted">{list.data.total}</span>}
      </header>
      <Load of={list} rows={3}>
        {({ versions, current_version_id: current }) =>
          versions.length === 0 ? (
            <p className="pad muted">Its prompt, tools and config are not recorded here.</p>
          ) : (
            <>
              <Table versions={versions} current={current} />
              {versions.length > 1 && <Compare agentId={agentId} versions={versions} />}
            </>
          )
        }
      </Load>
    </section>
  )
}

function Table({ versions, current }: { readonly versions: readonly Version[]; readonly current: string | null }) {
  return (
    <table className="table">
      <thead className="sr-only">
        <tr>
          <th>Version</th>
          <th>Change</th>
          <th>By</th>
          <th>When</th>
        </tr>
      </thead>
      <tbody>
        {versions.map((one) => (
          <tr key={one.version_id}>
            <th scope="row" className="tight number">
              {one.version_number} {one.version_id === current && <Badge tone="good">current</Badge>}
            </th>
            <td className="clip">
              {spelledOut(one.commit_message ?? one.origin.replace('_', ' '))}{' '}
              {one.tags.map((tag) => (
                <Badge key={tag}>{tag}</Badge>
              ))}
            </td>
            <td className="tight muted wide">{spelledOut(one.created_by_name)}</td>
            <td className="tight right muted wide">
              <Ago at={one.created_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Compare({ agentId, versions }: { readonly agentId: string; readonly versions: readonly Version[] }) {
  const [from, setFrom] = useState(versions[1]?.version_id ?? '')
  const [to, setTo] = useState(versions[0]?.version_id ?? '')
  const diff = useQuery({
    queryKey: ['agent', agentId, 'diff', from, to],
    queryFn: ({ signal }) => call('agent_versions_compare', { agent_id: agentId, from, to }, signal),
  })
  const options = versions.map((one) => (
    <option key={one.version_id} value={one.version_id}>
      Version {one.version_number}
    </option>
  ))
  return (
    <div className="pad stack">
      <div className="filters">
        <Select label="Compare" value={from} onChange={(event) => setFrom(event.target.value)}>
          {options}
        </Select>
        <Select label="with" value={to} onChange={(event) => setTo(event.target.value)}>
          {options}
        </Select>
      </div>
      <Load of={diff} rows={3}>
        {(told) => <Shown diff={told.diff} />}
      </Load>
    </div>
  )
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function Shown({ diff: { prompt, tools, config } }: { readonly diff: Diff }): ReactNode {
  if (!prompt && !tools && !config) return <p className="muted">They are equal.</p>
  const changes = [...rows('tool', tools), ...rows('config', config)]
  return (
    <>
      {prompt && (
        <pre className="code diff" tabIndex={0} aria-label="Difference of the prompts">
          {prompt.unified
            .split('\n')
            .slice(4)
            // A prompt ends without a line break, which is told of each side.
            .filter((line) => line !== '' && !line.startsWith('\\'))
            .map((line, index) => (
              <span key={index} className={line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : ''}>
                {spelledOut(line)}
                {'\n'}
              </span>
            ))}
        </pre>
      )}
      {changes.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th>What</th>
              <th>Before</th>
              <th>After</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(([what, before, after]) => (
              <tr key={what}>
                <th scope="row" className="mono tight">
                  {spelledOut(what)}
                </th>
                <td className="mono wrap">{spelledOut(before)}</td>
                <td className="mono wrap">{spelledOut(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

type Change = readonly [what: string, before: string, after: string]

/** Every difference of one part as a row: what went has no after, what came has no before. */
function rows(kind: string, part: Diff['tools'] | Diff['config']): Change[] {
  if (!part) return []
  const entries = (given: readonly string[] | Readonly<Record<string, unknown>> | undefined) =>
    Array.isArray(given) ? given.map((name) => [name, name] as const) : Object.entries(given ?? {})
  return [
    ...entries(part.removed).map(([name, value]): Change => [`${kind} ${name}`, text(value), '–']),
    ...entries(part.added).map(([name, value]): Change => [`${kind} ${name}`, '–', text(value)]),
    ...Object.entries(part.changed ?? {}).map(([name, { from, to }]): Change => [
      `${kind} ${name}`,
      text(from),
      text(to),
    ]),
  ]
}
