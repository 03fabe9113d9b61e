import { createPrivateKey } from 'node:crypto'
import { decodeJwt, SignJWT } from 'jose'
import { signingKeys } from '#core/grants/index'
import { invoke } from '#core/kernel/invoke'
import { registry } from '#core/registry.gen'
import { RawClient } from '../oauth/test-client.ts'
import { oauthTestServer, type OAuthTestServer } from '../oauth/test-oauth.ts'
import { actorOfToken, actorOfTokenNow } from '../oauth/verify.ts'
import { factRow, middle, ratioRow, round, type Row } from './rows.ts'

const GUARDS = 1000
const AT_ONCE = 64
const FRESH = 300
const KNOWN = 20_000

/** What an access token costs beside the guard call it comes with: each is verified once, then known by its hash. */
export async function tokensSection(): Promise<Row[]> {
  const server = await oauthTestServer()
  try {
    const client = await RawClient.register(server)
    const { access_token: token } = await client.tokens(await server.person({ role: 'member' }))
    const guard = await guardMillis(server, token)
    const fresh: number[] = []
    for (const one of await freshTokens(server, token))
      fresh.push(await millis(() => actorOfToken(server.runtime, one)))
    const first = middle(fresh.slice(FRESH / 3))
    const known = knownMillis(server, token)
    const note = `${round(known * 1000)} us of ${round(guard * 1000)} us, ${AT_ONCE} at once, without HTTP`
    return [
      ratioRow('verifying an access token / guard call', known / guard, { most: 0.1 }, note),
      factRow('verifying an access token seen for the first time', `${round(first * 1000)} us, once in 10 minutes`),
    ]
  } finally {
    await server.close()
  }
}

/** A guard call, recorded, where as many run at once as keep the server busy: what each of them costs. */
async function guardMillis({ runtime }: OAuthTestServer, token: string): Promise<number> {
  const context = runtime.context(await actorOfToken(runtime, token))
  const input = { action_type: 'review', declared_goal: 'Look around' }
  let left = GUARDS
  const work = async (): Promise<void> => {
    while ((left -= 1) >= 0) await invoke(registry.guardEvaluate, context, input)
  }
  const rounds: number[] = []
  for (let n = 0; n < 3; n += 1) {
    left = GUARDS
    rounds.push((await millis(() => Promise.all(Array.from({ length: AT_ONCE }, work)))) / GUARDS)
  }
  return middle(rounds)
}

/** The same person's token again and again, each signed anew. */
async function freshTokens({ runtime }: OAuthTestServer, token: string): Promise<string[]> {
  const [current] = await signingKeys(runtime)
  if (!current) throw new Error('There is no signing key.')
  const key = createPrivateKey({ key: { ...current.jwk }, format: 'jwk' })
  const header = { alg: 'ES256', typ: 'at+jwt', kid: current.kid }
  const claims = decodeJwt(token)
  return Promise.all(
    Array.from({ length: FRESH }, (_, n) =>
      new SignJWT({ ...claims, jti: `bench-${n}` }).setProtectedHeader(header).sign(key),
    ),
  )
}

function knownMillis({ runtime }: OAuthTestServer, token: string): number {
  const rounds: number[] = []
  for (let n = 0; n < 9; n += 1) {
    const started = performance.now()
    for (let call = 0; call < KNOWN; call += 1) actorOfTokenNow(runtime, token)
    rounds.push((performance.now() - started) / KNOWN)
  }
  return middle(rounds)
}

async function millis(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
