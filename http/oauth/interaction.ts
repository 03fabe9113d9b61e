import type { IncomingMessage } from 'node:http'
import type Provider from 'oidc-provider'
import { z } from 'zod'
import { registerAgent } from '#core/agents/index'
import {
  consumeRecord,
  decideDeviceCode,
  endGrantOfClient,
  GRANT_DAYS,
  insertGrant,
  membershipsOf,
  type Membership,
} from '#core/grants/index'
import { Fault } from '#core/kernel/errors'
import { newId } from '#core/kernel/id'
import type { Runtime } from '#core/kernel/runtime'
import { scopes as everyScope, type Scope } from '#core/kernel/scope'
import { agentIdFor, isLetIn, mayActAs } from './agent.ts'
import type { Person } from './person.ts'
import { CLI_CLIENT, cliScopes, offered, scopeWords } from './scopes.rules.ts'
import { oauthServer } from './server.ts'

const DAY_MS = 86_400_000

export const Decision = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('deny') }),
  z.object({
    decision: z.literal('allow'),
    org_id: z.string().min(1).max(128),
    scopes: z.array(z.enum(everyScope)).min(1).max(everyScope.length),
    agent_id: z
      .string()
      .regex(/^[\w.:@/-]{1,128}$/, 'must be letters, digits and . : @ / _ -')
      .nullish(),
  }),
])

type Interaction = InstanceType<Provider['Interaction']>
type Client = InstanceType<Provider['Client']>

/** What a client asks for, and of whom. */
export interface Asked {
  readonly interaction: Interaction
  readonly client: Client
  readonly provider: Provider
  readonly runtime: Runtime
}

/** The request behind a page of consent, which the browser that started it alone may see and answer. */
export async function askedIn(
  runtime: Runtime,
  { provider, uid, request }: { provider: Provider; uid: string; request: IncomingMessage },
): Promise<Asked> {
  const name = (provider as unknown as { cookieName(type: string): string }).cookieName('interaction')
  // Whoever was lured to somebody else's request would sign that person's client in as themselves.
  const interaction = cookieOf(request, name) === uid ? await provider.Interaction.find(uid) : undefined
  const clientId = interaction?.params['client_id']
  const client = typeof clientId === 'string' ? await provider.Client.find(clientId) : undefined
  if (!interaction || !client) throw new Fault('not_found', 'This request is gone; start again from the application.')
  return { interaction, client, provider, runtime }
}

/** What the page shows. */
export async function describe(asked: Asked, person: Person): Promise<object> {
  const { interaction, client, runtime } = asked
  assertTheirs(asked, person)
  const orgs = await membershipsOf(runtime.db, person.accountId)
  const shown = scopesAsked(asked)
  const orgId = orgs.some(({ org_id }) => org_id === person.orgId) ? person.orgId : (orgs[0]?.org_id ?? null)
  const cli = client.clientId === CLI_CLIENT
  const device = interaction.params['device'] as object | undefined
  return {
    client: shownClient(asked),
    scopes: shown.map((scope) => ({ scope, words: scopeWords[scope], asked: true })),
    orgs: orgs.map((org) => ({
      ...org,
      // What this person can give away there: a page greys out the rest.
      scopes: offered(shown, org.role, shown),
    })),
    org_id: orgId,
    agent_id: cli || orgId === null ? null : await agentIdFor(runtime, person, { orgId, clientName: nameOf(client) }),
    ...(device ? { device } : {}),
  }
}

/** Carries out what the person decided, once; answers where their browser goes next. */
export async function decide(asked: Asked, person: Person, decision: z.output<typeof Decision>): Promise<string> {
  const { interaction, runtime } = asked
  assertTheirs(asked, person)
  const allowed = decision.decision === 'allow' ? await allowance(asked, person, decision) : undefined
  if (!(await consumeRecord(runtime.db, 'Interaction', interaction.uid, runtime.now()))) {
    throw new Fault('conflict', 'This request was answered already.')
  }
  if (interaction.deviceCode !== undefined) return decideDevice(asked, person, allowed)
  if (!allowed) {
    const description = 'The person did not allow this.'
    await finish(interaction, { error: 'access_denied', error_description: description })
    return interaction.returnTo
  }
  const grantId = await grant(asked, person, allowed)
  const login = { accountId: person.accountId, remember: false }
  await finish(interaction, { login, consent: { grantId } })
  return interaction.returnTo
}

interface Allowance {
  readonly org: Membership
  readonly scopes: readonly Scope[]
  readonly agentId: string | null
}

async function allowance(
  asked: Asked,
  person: Person,
  decision: Extract<z.output<typeof Decision>, { decision: 'allow' }>,
): Promise<Allowance> {
  const orgs = await membershipsOf(asked.runtime.db, person.accountId)
  const org = orgs.find(({ org_id }) => org_id === decision.org_id)
  if (!org) throw invalid('org_id: is not an organization of yours')
  const asking = scopesAsked(asked)
  const can = offered(asking, org.role, asking)
  const outside = decision.scopes.filter((scope) => !can.includes(scope))
  if (outside.length > 0) throw invalid(`scopes: ${outside.join(', ')} cannot be allowed here`)
  if (asked.client.clientId === CLI_CLIENT) return { org, scopes: decision.scopes, agentId: null }
  const own = { orgId: org.org_id, clientName: nameOf(asked.client) }
  const agentId = decision.agent_id ?? (await agentIdFor(asked.runtime, person, own))
  if (!(await mayActAs(asked.runtime, person, { org, agentId }))) {
    throw invalid(`agent_id: ${agentId} is an agent of somebody else here; choose an id of its own for this one`)
  }
  return { org, scopes: decision.scopes, agentId }
}

async function grant(asked: Asked, person: Person, { org, scopes, agentId }: Allowance): Promise<string> {
  const { client, provider, runtime } = asked
  const id = newId('grt')
  const Grant = provider.Grant as unknown as new (
    properties: object,
  ) => Omit<InstanceType<Provider['Grant']>, 'save'> & { save(seconds: number): Promise<string> }
  const record = new Grant({ jti: id, accountId: person.accountId, clientId: client.clientId })
  record.addResourceScope(resourceOf(asked), scopes.join(' '))
  // What is remembered without the row below ends by itself: no token is issued for it.
  await record.save(GRANT_DAYS * 86_400)
  const at = runtime.now()
  const { accountId, email, address, secondFactorAt } = person
  const by = {
    orgId: org.org_id,
    principalId: accountId,
    principalName: email,
    kind: 'user',
    accountId,
    address,
  } as const
  const clientName = nameOf(client)
  const letIn = agentId !== null && (await isLetIn(runtime, org))
  await runtime.db.transaction().execute(async (trx) => {
    if (letIn) await registerAgent(trx, by, { agentId, agentName: clientName, at })
    await insertGrant(trx, by, at, {
      id,
      clientId: client.clientId,
      clientName,
      agentId,
      scopes,
      secondFactorAt,
      expiresAt: new Date(at.getTime() + GRANT_DAYS * DAY_MS),
    })
  })
  return id
}

async function decideDevice(asked: Asked, person: Person, allowed: Allowance | undefined): Promise<string> {
  const { interaction, runtime } = asked
  const grantId = allowed ? await grant(asked, person, allowed) : null
  const fields = allowed
    ? {
        accountId: person.accountId,
        grantId,
        scope: allowed.scopes.join(' '),
        resource: resourceOf(asked),
        authTime: Math.floor(runtime.now().getTime() / 1000),
      }
    : { error: 'access_denied', errorDescription: 'The person did not allow this.' }
  const decided = await decideDeviceCode(runtime.db, interaction.deviceCode ?? '', runtime.now(), { grantId, fields })
  if (!decided && grantId !== null) await endGrantOfClient(runtime, grantId)
  if (!decided) throw new Fault('gone', 'This code has expired or was answered already.')
  return `/device?result=${allowed ? 'allowed' : 'denied'}`
}

async function finish(interaction: Interaction, result: object): Promise<void> {
  interaction.result = result as NonNullable<Interaction['result']>
  await interaction.persist()
}

/** A code from a device is shown to the person who typed it, and to nobody they pass the address on to. */
function assertTheirs({ interaction }: Asked, person: Person): void {
  const theirs = interaction.session?.accountId
  if (theirs !== undefined && theirs !== person.accountId) {
    throw new Fault('not_found', 'This request is gone; start again from the application.')
  }
}

function scopesAsked({ interaction, client, runtime }: Asked): readonly Scope[] {
  const ofClient = client.clientId === CLI_CLIENT ? cliScopes : runtime.use(oauthServer).scopes
  const { scope } = interaction.params
  const asked = typeof scope === 'string' ? scope.split(' ') : []
  return ofClient.filter((one) => asked.includes(one))
}

function resourceOf({ interaction }: Asked): string {
  const { resource } = interaction.params
  const one: unknown = Array.isArray(resource) && resource.length === 1 ? resource[0] : resource
  if (typeof one !== 'string') throw invalid('resource: must be one address')
  return one
}

function shownClient({ client, interaction }: Asked): object {
  const redirect = interaction.params['redirect_uri']
  return {
    client_id: client.clientId,
    name: nameOf(client),
    uri: client.clientUri ?? null,
    redirect_host: typeof redirect === 'string' ? hostOf(redirect) : null,
    registered:
      client.clientId === CLI_CLIENT ? 'built-in' : client.clientId.startsWith('https://') ? 'metadata' : 'dynamic',
  }
}

function nameOf({ clientId, clientName }: Client): string {
  return clientName ?? (clientId.startsWith('https://') ? hostOf(clientId) : 'An application without a name')
}

function hostOf(uri: string): string {
  const { host, protocol } = new URL(uri)
  return host === '' ? protocol : host
}

function invalid(detail: string): Fault {
  return new Fault('invalid_input', 'Validation failed', { details: [detail] })
}

function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=')
    if (key === name) return value
  }
  return undefined
}
