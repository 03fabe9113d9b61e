import type { ReactNode } from 'react'
import { piecesOf, shownAct, spelledOut, type ActLine, type ShownAct } from './act.rules.ts'
import { Icon, type IconName } from './icons.tsx'

const icons: Readonly<Record<ShownAct['kind'], IconName>> = {
  shell: 'terminal',
  sql: 'database',
  http: 'globe',
  file: 'file',
  edit: 'file',
  content: 'file',
  tool: 'bot',
}
const marks: Readonly<Record<NonNullable<ActLine['mark']>, string>> = { add: '+', remove: '−', prompt: '$', head: '' }

interface ActProps {
  readonly request: Readonly<Record<string, unknown>>
  /** Pieces of text that the guard found something in. */
  readonly spans: readonly string[]
  readonly digest?: string
}

/** The act as the guard saw it, in a block that never wraps a character away. */
export function Act({ request, spans, digest }: ActProps): ReactNode {
  const act = shownAct(request)
  if (act === null) {
    return (
      <div className="act act-none">
        <Icon name="alert" />
        <p>
          The guard was shown no act, only words about one. What will run is not known: judge by the target and the
          agent’s own description, or deny and ask for the act itself.
        </p>
      </div>
    )
  }
  return (
    <figure className={`act act-${act.kind}`}>
      <figcaption>
        <Icon name={icons[act.kind]} />
        <span>{act.title}</span>
        {digest && (
          <span
            className="act-digest"
            title={`SHA-256 of the act: ${digest}. The approval covers this and nothing else.`}
          >
            {digest.slice(0, 12)}
          </span>
        )}
      </figcaption>
      {/* A block that scrolls must be reachable without a mouse. */}
      <pre tabIndex={0} role="region" aria-label={act.title}>
        <code>
          {act.lines.map((line, index) => (
            <span key={index} className={`line ${line.mark ?? ''}`}>
              {line.mark && marks[line.mark] !== '' && (
                <span className="line-mark" aria-hidden="true">
                  {marks[line.mark]}
                </span>
              )}
              <Pieces text={spelledOut(line.text)} spans={spans} />
              {'\n'}
            </span>
          ))}
        </code>
      </pre>
    </figure>
  )
}

function Pieces({ text, spans }: { readonly text: string; readonly spans: readonly string[] }): ReactNode {
  return piecesOf(text, spans).map(({ text, hit }, index) =>
    hit ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
  )
}
