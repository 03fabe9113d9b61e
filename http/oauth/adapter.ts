import { hash } from 'node:crypto'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import {
  consumeRecord,
  endGrantOfClient,
  findByUserCode,
  findRecord,
  putRecord,
  removeRecord,
  removeRecordsOfGrant,
  type StoredRecord,
} from '#core/grants/index'
import type { Runtime } from '#core/kernel/runtime'
import { oauthPaths } from './metadata.ts'

const DAY_SECONDS = 86_400
/** A client that registered itself and is not used for so long is forgotten. */
export const CLIENT_DAYS = 30

/** A client's secret as it is stored. */
export function hashedClientSecret(secret: string): string {
  return `sha256:${hash('sha256', secret, 'hex')}`
}

/**
 * The provider's store. The identifier of a code or token is the secret itself, so neither it nor what repeats it is
 * kept: `jti`, the way back of an interaction, the code a person types, and a client's secret.
 */
export class RecordAdapter implements Adapter {
  readonly #runtime: Runtime
  readonly #model: string
  readonly #base: string

  constructor(runtime: Runtime, model: string, base: string) {
    this.#runtime = runtime
    this.#model = model
    this.#base = base
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    // A session of the provider's own would be a second sign-in beside Writ's; it lives for one request.
    if (this.#model === 'Session') return
    const { jti: _jti, returnTo: _returnTo, userCode, ...kept } = payload
    if (kept['client_secret'] !== undefined) kept['client_secret'] = hashedClientSecret(String(kept['client_secret']))
    const seconds = expiresIn ?? CLIENT_DAYS * DAY_SECONDS
    await putRecord(this.#runtime.db, this.#model, id, {
      payload: kept,
      grantId: payload.grantId ?? null,
      userCode: userCode ?? null,
      expiresAt: new Date(this.#runtime.now().getTime() + seconds * 1000),
    })
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    if (this.#model === 'Session') return undefined
    const found = await findRecord(this.#runtime.db, this.#model, id)
    if (!found) return undefined
    if (this.#model === 'Client') return found.expiresAt > this.#runtime.now() ? found.payload : undefined
    const back = this.#model === 'Interaction' ? { returnTo: `${this.#base}${oauthPaths.authorization}/${id}` } : {}
    return { ...payloadOf(found), ...back, jti: id }
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const found = await findByUserCode(this.#runtime.db, userCode)
    return found && { ...payloadOf(found), userCode }
  }

  findByUid(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  /** The provider looks first and consumes then; of those who saw it unused, one gets it. */
  async consume(id: string): Promise<void> {
    if (await consumeRecord(this.#runtime.db, this.#model, id, this.#runtime.now())) return
    throw new errors.InvalidGrant(`${this.#model} was used by somebody else at the same moment`)
  }

  async destroy(id: string): Promise<void> {
    if (this.#model === 'Session') return
    await removeRecord(this.#runtime.db, this.#model, id)
    if (this.#model === 'Grant') await endGrantOfClient(this.#runtime, id)
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await removeRecordsOfGrant(this.#runtime.db, grantId, this.#model)
  }
}

function payloadOf({ payload, consumedAt }: StoredRecord): AdapterPayload {
  return consumedAt === null ? { ...payload } : { ...payload, consumed: Math.floor(consumedAt.getTime() / 1000) }
}
