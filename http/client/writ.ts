import { Connection, type CallOptions, type ConnectionOptions } from './connection.ts'
import { deriveIdempotencyKey } from './idempotency.ts'
import type { InputOf, OperationName, OutputOf } from './operations.ts'
import { signBody, type SigningAlgorithm } from './sign.ts'
import { waitForApproval, type WaitOptions } from './wait-for-approval.ts'
import { waitForPairing, type PairingWait } from './wait-for-pairing.ts'

export interface WritOptions extends ConnectionOptions {
  readonly apiKey: string
  /** The agent this client speaks for. */
  readonly agentId: string
  readonly agentName?: string | undefined
  /** PEM. Actions are signed with it; the public key must be registered for the agent (`createPairing`). */
  readonly privateKey?: string | undefined
}

type Act = Omit<InputOf<'guard_evaluate'>, 'agent_name'>
type NewAction = Omit<InputOf<'actions_create'>, 'agent_id'>
type Patch = Omit<InputOf<'actions_update'>, 'action_id'>
type Outcome = Omit<InputOf<'actions_report_outcome'>, 'action_id'>
type Assumption = InputOf<'assumptions_create'>
type Loop = InputOf<'loops_create'>
type Closing = InputOf<'loops_close'>
type Heartbeat = InputOf<'agents_heartbeat'>

/** Governance for one agent: ask before acting, record what is done, wait for people, report how it ended. */
export class Writ {
  readonly agentId: string
  readonly agentName: string | undefined
  readonly connection: Connection
  readonly #privateKey: string | undefined

  constructor(options: WritOptions) {
    for (const name of ['baseUrl', 'apiKey', 'agentId'] as const) {
      if (!options[name]) throw new Error(`${name} is required`)
    }
    this.agentId = options.agentId
    this.agentName = options.agentName
    this.#privateKey = options.privateKey
    this.connection = new Connection(options)
  }

  /** Any operation of the server, by its name. */
  call<N extends OperationName>(name: N, input: InputOf<N>, options?: CallOptions): Promise<OutputOf<N>> {
    return this.connection.call(name, input, options)
  }

  /** Whether the act may be done. A block is an answer, not an error. */
  guard(act: Act, options?: CallOptions): Promise<OutputOf<'guard_evaluate'>> {
    const name = this.agentName === undefined ? {} : { agent_name: this.agentName }
    return this.call('guard_evaluate', { ...act, agent_id: act.agent_id ?? this.agentId, ...name }, options)
  }

  /** Records the act that is about to be done. Throws GuardBlockedError when it may not be. */
  createAction(action: NewAction, options?: CallOptions): Promise<OutputOf<'actions_create'>> {
    const body = { ...action, agent_id: this.agentId }
    return this.call('actions_create', this.#privateKey ? signBody(body, this.#privateKey) : body, options)
  }

  updateOutcome(actionId: string, patch: Patch, options?: CallOptions): Promise<OutputOf<'actions_update'>> {
    const timestamp_end = patch.timestamp_end ?? new Date().toISOString()
    return this.call('actions_update', { ...patch, timestamp_end, action_id: actionId }, options)
  }

  getAction(actionId: string, options?: CallOptions): Promise<OutputOf<'actions_get'>> {
    return this.call('actions_get', { action_id: actionId }, options)
  }

  getPendingApprovals(limit = 20, offset = 0, options?: CallOptions): Promise<OutputOf<'actions_list'>> {
    return this.call('actions_list', { status: 'pending_approval', limit, offset }, options)
  }

  /** Needs a key that may approve; agent keys are refused. */
  approveAction(
    actionId: string,
    decision: 'allow' | 'deny',
    reasoning?: string,
    options?: CallOptions,
  ): Promise<OutputOf<'approvals_decide'>> {
    const reason = reasoning === undefined ? {} : { reasoning }
    return this.call('approvals_decide', { action_id: actionId, decision, ...reason }, options)
  }

  /** Resolves when a person allowed the action; see `waitForApproval` for what it throws. */
  waitForApproval(actionId: string, options?: WaitOptions): Promise<OutputOf<'actions_get'>> {
    return waitForApproval(this.connection, actionId, options)
  }

  /** Asks an admin to register the public key (PEM, SPKI) of this agent; show them `pairing_url` and the fingerprint. */
  createPairing(
    publicKey: string,
    { algorithm, agentName = this.agentName }: { algorithm?: SigningAlgorithm; agentName?: string | undefined } = {},
  ): Promise<OutputOf<'pairings_create'>> {
    const more = { ...(algorithm ? { algorithm } : {}), ...(agentName === undefined ? {} : { agent_name: agentName }) }
    return this.call('pairings_create', { agent_id: this.agentId, public_key: publicKey, ...more })
  }

  /** Resolves with the pairing when an admin approved it. */
  waitForPairing(pairingId: string, wait?: PairingWait): Promise<OutputOf<'pairings_get'>['pairing']> {
    return waitForPairing(this.connection, pairingId, wait)
  }

  recordAssumption(assumption: Assumption, options?: CallOptions): Promise<OutputOf<'assumptions_create'>> {
    return this.call('assumptions_create', assumption, options)
  }

  registerOpenLoop(
    actionId: string,
    loopType: Loop['loop_type'],
    description: string,
    metadata: Record<string, unknown> | null = null,
  ): Promise<OutputOf<'loops_create'>> {
    const more = metadata === null ? {} : { metadata }
    return this.call('loops_create', { action_id: actionId, loop_type: loopType, description, ...more })
  }

  resolveOpenLoop(
    loopId: string,
    status: NonNullable<Closing['status']> = 'resolved',
    resolution: string | null = null,
  ): Promise<OutputOf<'loops_close'>> {
    return this.call('loops_close', { loop_id: loopId, status, ...(resolution === null ? {} : { resolution }) })
  }

  /** Tells that the agent is alive; best sent every 30 seconds. After two minutes without one it counts as stale. */
  heartbeat(
    status: NonNullable<Heartbeat['status']> = 'online',
    metadata: Record<string, unknown> | null = null,
    options?: CallOptions & { readonly currentTaskId?: string },
  ): Promise<OutputOf<'agents_heartbeat'>> {
    const { currentTaskId, ...call } = options ?? {}
    const name = this.agentName === undefined ? {} : { agent_name: this.agentName }
    const task = currentTaskId === undefined ? {} : { current_task_id: currentTaskId }
    const more = metadata === null ? {} : { metadata }
    return this.call('agents_heartbeat', { agent_id: this.agentId, status, ...name, ...task, ...more }, call)
  }

  reportConnections(
    connections: readonly Readonly<Record<string, unknown>>[],
    options?: CallOptions,
  ): Promise<OutputOf<'agents_report_connections'>> {
    const sent = { agent_id: this.agentId, connections: [...connections] }
    return this.call('agents_report_connections', sent, options)
  }

  getAgents(filter: InputOf<'agents_list'> = {}, options?: CallOptions): Promise<OutputOf<'agents_list'>> {
    return this.call('agents_list', filter, options)
  }

  getAgent(agentId: string = this.agentId, options?: CallOptions): Promise<OutputOf<'agents_get'>> {
    return this.call('agents_get', { agent_id: agentId }, options)
  }

  getAgentProfile(agentId: string = this.agentId, options?: CallOptions): Promise<OutputOf<'agents_get_profile'>> {
    return this.call('agents_get_profile', { agent_id: agentId }, options)
  }

  getActionGraph(actionId: string, options?: CallOptions): Promise<OutputOf<'actions_get_graph'>> {
    return this.call('actions_get_graph', { action_id: actionId }, options)
  }

  reportActionOutcome(
    actionId: string,
    outcome: Outcome,
    options?: CallOptions,
  ): Promise<OutputOf<'actions_report_outcome'>> {
    return this.call('actions_report_outcome', { ...outcome, action_id: actionId }, options)
  }

  reportActionSuccess(actionId: string, summary?: string): Promise<OutputOf<'actions_report_outcome'>> {
    return this.reportActionOutcome(actionId, { status: 'completed', ...given({ summary }) })
  }

  reportActionFailure(
    actionId: string,
    errorMessage: string,
    summary?: string,
  ): Promise<OutputOf<'actions_report_outcome'>> {
    return this.reportActionOutcome(actionId, { status: 'failed', error_message: errorMessage, ...given({ summary }) })
  }

  reportActionPartial(
    actionId: string,
    progress: Record<string, unknown>,
    summary?: string,
  ): Promise<OutputOf<'actions_report_outcome'>> {
    return this.reportActionOutcome(actionId, { status: 'partial', progress, ...given({ summary }) })
  }

  getActionOutcome(actionId: string, options?: CallOptions): Promise<OutputOf<'actions_get_outcome'>> {
    return this.call('actions_get_outcome', { action_id: actionId }, options)
  }

  simulatePolicy(policy: InputOf<'policies_simulate'>, options?: CallOptions): Promise<OutputOf<'policies_simulate'>> {
    return this.call('policies_simulate', policy, options)
  }

  /** The calls that belong to one action, bound to its id. */
  actionContext(actionId: string): ActionContext {
    return {
      recordAssumption: (assumption) => this.recordAssumption({ ...assumption, action_id: actionId }),
      updateOutcome: (patch) => this.updateOutcome(actionId, patch),
      reportSuccess: (summary) => this.reportActionSuccess(actionId, summary),
      reportFailure: (errorMessage, summary) => this.reportActionFailure(actionId, errorMessage, summary),
    }
  }

  deriveIdempotencyKey(parts: Readonly<Record<string, unknown>>): string {
    return deriveIdempotencyKey(parts)
  }
}

export interface ActionContext {
  recordAssumption(assumption: Omit<Assumption, 'action_id'>): Promise<OutputOf<'assumptions_create'>>
  updateOutcome(patch: Patch): Promise<OutputOf<'actions_update'>>
  reportSuccess(summary?: string): Promise<OutputOf<'actions_report_outcome'>>
  reportFailure(errorMessage: string, summary?: string): Promise<OutputOf<'actions_report_outcome'>>
}

function given({ summary }: { summary: string | undefined }): { summary?: string } {
  return summary === undefined ? {} : { summary }
}
