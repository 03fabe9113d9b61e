import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { ApiError, call } from '../api/client.ts'
import { useCan } from '../api/session.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icons.tsx'
import { Back } from '../parts/missing.tsx'
import { Empty, Load, Page, Skeleton } from '../parts/page.tsx'
import { EXAMPLE, writePolicy } from '../policy/document.ts'
import { Trial } from '../policy/trial.tsx'
import { useCheck, type Check } from '../policy/use-check.ts'
import type { Policy } from './policies.tsx'
import { PolicyActions } from './policy-actions.tsx'
import { Revisions } from './policy-revisions.tsx'

const PolicyEditor = lazy(async () => ({ default: (await import('../policy/editor.tsx')).PolicyEditor }))

export function PolicyPage({ id }: { readonly id: string }): ReactNode {
  const isNew = id === 'new'
  const stored = useQuery({
    queryKey: ['policy', id],
    queryFn: ({ signal }) => call('policies_get', { id }, signal),
    enabled: !isNew,
  })
  if (isNew) return <Workbench policy={undefined} />
  if (stored.error instanceof ApiError && stored.error.status === 404) {
    return (
      <Page title="No such policy">
        <Empty
          icon="shield"
          title="It was removed, or never was"
          action={<ButtonLink href="/policies">All policies</ButtonLink>}
        />
      </Page>
    )
  }
  if (stored.data) return <Workbench key={stored.data.policy.revision} policy={stored.data.policy} />
  return (
    <Page title="Policy">
      <Load of={stored}>{() => null}</Load>
    </Page>
  )
}

function Workbench({ policy }: { readonly policy: Policy | undefined }): ReactNode {
  const can = useCan()
  const before = policy ? writePolicy(policy) : EXAMPLE
  const [text, setText] = useState(before)
  const check = useCheck(text)
  const dirty = text !== before
  const back = <Back href="/policies" name="Policies" />
  return (
    <Page
      wide
      title={policy?.name ?? 'New policy'}
      lead={policy?.inert ? `Without effect: ${policy.inert}.` : undefined}
      back={back}
      actions={<PolicyActions policy={policy} check={check} dirty={dirty} />}
    >
      <div className="workbench">
        <div className="sheet">
          <Suspense fallback={<Skeleton rows={8} />}>
            <PolicyEditor
              value={before}
              onChange={setText}
              problems={check.problems}
              readOnly={!can('policies:write')}
              label="Policy in YAML"
            />
          </Suspense>
          <CheckLine check={check} />
        </div>
        <div>
          {check.tests && check.tests.results.length > 0 && <Tests tests={check.tests} />}
          {check.policy ? (
            <Trial policy={check.policy} storedId={dirty ? undefined : policy?.id} />
          ) : (
            <p className="sheet pad muted">
              Once the policy is sound, it is replayed over the recorded decisions here.
            </p>
          )}
          {policy && <Revisions id={policy.id} />}
        </div>
      </div>
    </Page>
  )
}

function CheckLine({ check: { state, problems, tests } }: { readonly check: Check }): ReactNode {
  const passed =
    tests && tests.results.length > 0 ? ` ${tests.passed} of ${tests.results.length} of its own tests pass.` : ''
  return (
    <div className={`check-line ${state}`} role="status">
      {state === 'checking' && <span>Checking…</span>}
      {state === 'sound' && (
        <span>
          <Icon name="check" /> The server finds it sound.{passed}
        </span>
      )}
      {state === 'unsound' && (
        <ul>
          {problems.map(({ line, message }, index) => (
            <li key={index}>
              <Icon name="alert" /> <span className="number">Line {line}:</span> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Tests({ tests }: { readonly tests: NonNullable<Check['tests']> }): ReactNode {
  return (
    <section className="sheet" aria-label="Its own tests">
      <header className="sheet-head">
        <h2>Its own tests</h2>
        <span className="muted">
          {tests.passed} pass, {tests.failed} fail
        </span>
      </header>
      <ul className="rows">
        {tests.results.map((result) => (
          <li key={result.name}>
            <Icon name={result.passed ? 'check' : 'cross'} />
            <span className="grow">
              {result.name}
              {!result.passed && (
                <span className="sub wrap">
                  expected {result.expected}, got {result.decision}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
