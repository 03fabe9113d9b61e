import { lazy, Suspense, type ReactNode } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { useAuth, type AuthState } from './api/session.ts'
import { Approvals } from './pages/approvals.tsx'
import { Problem, Skeleton } from './parts/page.tsx'
import { Shell } from './shell.tsx'

const SignIn = lazy(async () => ({ default: (await import('./pages/sign-in.tsx')).SignIn }))
const SetUp = lazy(async () => ({ default: (await import('./pages/set-up.tsx')).SetUp }))
const SetUpNeeded = lazy(async () => ({ default: (await import('./pages/set-up.tsx')).SetUpNeeded }))
const Invited = lazy(async () => ({ default: (await import('./pages/invitation.tsx')).Invited }))
const Reset = lazy(async () => ({ default: (await import('./pages/reset.tsx')).Reset }))
const OAuthError = lazy(async () => ({ default: (await import('./pages/oauth-error.tsx')).OAuthError }))
const Consent = lazy(async () => ({ default: (await import('./pages/consent.tsx')).Consent }))
const Device = lazy(async () => ({ default: (await import('./pages/device.tsx')).Device }))
const Pair = lazy(async () => ({ default: (await import('./pages/pair.tsx')).Pair }))
const Decisions = lazy(async () => ({ default: (await import('./pages/decisions.tsx')).Decisions }))
const Decision = lazy(async () => ({ default: (await import('./pages/decision.tsx')).DecisionPage }))
const Policies = lazy(async () => ({ default: (await import('./pages/policies.tsx')).Policies }))
const Policy = lazy(async () => ({ default: (await import('./pages/policy.tsx')).PolicyPage }))
const Agents = lazy(async () => ({ default: (await import('./pages/agents.tsx')).Agents }))
const Agent = lazy(async () => ({ default: (await import('./pages/agent.tsx')).AgentPage }))
const Fleet = lazy(async () => ({ default: (await import('./pages/fleet.tsx')).Fleet }))
const Tasks = lazy(async () => ({ default: (await import('./pages/tasks.tsx')).Tasks }))
const Task = lazy(async () => ({ default: (await import('./pages/task.tsx')).TaskPage }))
const Webhooks = lazy(async () => ({ default: (await import('./pages/webhooks.tsx')).Webhooks }))
const Webhook = lazy(async () => ({ default: (await import('./pages/webhook.tsx')).WebhookPage }))
const Alerts = lazy(async () => ({ default: (await import('./pages/alerts.tsx')).Alerts }))
const Costs = lazy(async () => ({ default: (await import('./pages/costs.tsx')).Costs }))
const Keys = lazy(async () => ({ default: (await import('./pages/keys.tsx')).Keys }))
const Members = lazy(async () => ({ default: (await import('./pages/members.tsx')).Members }))
const Settings = lazy(async () => ({ default: (await import('./pages/settings.tsx')).Settings }))
const Account = lazy(async () => ({ default: (await import('./pages/account.tsx')).Account }))
const Ledger = lazy(async () => ({ default: (await import('./pages/ledger.tsx')).Ledger }))
const Activity = lazy(async () => ({ default: (await import('./pages/activity.tsx')).Activity }))
const Hosts = lazy(async () => ({ default: (await import('./pages/hosts.tsx')).Hosts }))
const NotFound = lazy(async () => ({ default: (await import('./pages/not-found.tsx')).NotFound }))

export function App(): ReactNode {
  const auth = useAuth()
  if (auth.error && auth.data === undefined) {
    return (
      <main className="door">
        <Problem error={auth.error} retry={() => void auth.refetch()} />
      </main>
    )
  }
  // Nothing is drawn before it is known who is there: the sign-in page would flash for those who are in.
  if (auth.data === undefined) return <main className="door" aria-busy="true" />
  return (
    <Suspense fallback={<main className="door" aria-busy="true" />}>
      <Switch>
        <Route path="/setup" component={SetUp} />
        <Route path="/sign-in" component={SignIn} />
        <Route path="/invitation" component={Invited} />
        <Route path="/reset" component={Reset} />
        <Route path="/oauth-error" component={OAuthError} />
        <Route>
          <Inside auth={auth.data} />
        </Route>
      </Switch>
    </Suspense>
  )
}

function Inside({ auth }: { readonly auth: AuthState }): ReactNode {
  const [path] = useLocation()
  if (!auth.session) {
    if (auth.setup_needed) return <SetUpNeeded />
    const back = `${path}${location.search}`
    return <Redirect to={back === '/' ? '/sign-in' : `/sign-in?return_to=${encodeURIComponent(back)}`} replace />
  }
  // Another org is another world: nothing on the page may outlive the change.
  return (
    <Switch>
      <Route path="/consent/:uid">{({ uid }) => <Consent uid={uid} />}</Route>
      <Route path="/device" component={Device} />
      <Route path="/pair/:id">{({ id }) => <Pair id={id} />}</Route>
      <Route>
        <Shell key={auth.session.org.org_id}>
          <Suspense fallback={<Skeleton rows={8} />}>
            <Inner />
          </Suspense>
        </Shell>
      </Route>
    </Switch>
  )
}

function Inner(): ReactNode {
  return (
    <Switch>
      <Route path="/">
        <Approvals />
      </Route>
      <Route path="/approvals/:id">{({ id }) => <Approvals selected={id} />}</Route>
      <Route path="/decisions" component={Decisions} />
      <Route path="/decisions/:id">{({ id }) => <Decision key={id} id={id} />}</Route>
      <Route path="/policies" component={Policies} />
      <Route path="/policies/:id">{({ id }) => <Policy key={id} id={id} />}</Route>
      <Route path="/agents" component={Agents} />
      <Route path="/agents/:id">{({ id }) => <Agent key={id} id={id} />}</Route>
      <Route path="/fleet" component={Fleet} />
      <Route path="/tasks" component={Tasks} />
      <Route path="/tasks/:id">{({ id }) => <Task key={id} id={id} />}</Route>
      <Route path="/webhooks" component={Webhooks} />
      <Route path="/webhooks/:id">{({ id }) => <Webhook key={id} id={id} />}</Route>
      <Route path="/alerts" component={Alerts} />
      <Route path="/costs" component={Costs} />
      <Route path="/keys" component={Keys} />
      <Route path="/members" component={Members} />
      <Route path="/settings" component={Settings} />
      <Route path="/account" component={Account} />
      <Route path="/ledger" component={Ledger} />
      <Route path="/activity" component={Activity} />
      <Route path="/hosts" component={Hosts} />
      <Route component={NotFound} />
    </Switch>
  )
}
