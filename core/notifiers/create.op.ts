import { createHmac, randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { canonical } from '#core/ledger/index'
import { masterKeyOf } from '#core/secrets/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { parseAllowList } from '../kernel/allow-list.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { answerToken, hashOf } from './answer-token.ts'
import { destinationIn, invalid, type Destination } from './destination.rules.ts'
import {
  choiceFields,
  destinationFields,
  Notifier,
  notifierToWire,
  TelegramWebhook,
  type NotifierRow,
} from './schema.ts'
import { sealed } from './store.ts'
import { hookPath } from './telegram-hook.ts'

const MAX_NOTIFIERS = 50

const Input = z.object({
  name: choiceFields.name,
  active: choiceFields.active.default(true),
  subjects: choiceFields.subjects.default(['alert', 'approval']),
  min_severity: choiceFields.min_severity.default('info'),
  digest_after: choiceFields.digest_after.default(5),
  ...destinationFields,
  idempotency_key: z.string().min(1).max(256).optional(),
})

export const create = operation({
  name: 'notifiers_create',
  title: 'Add a notifier',
  description: 'Say where people are told of alerts and approvals: Telegram, Slack, a webhook or e-mail.',
  input: Input,
  output: z.object({
    notifier: Notifier,
    signing_secret: z.string().optional().describe('Of a webhook; shown once'),
    telegram_webhook: TelegramWebhook.optional(),
    idempotent_replay: z.literal(true).optional(),
  }),
  scope: 'notifiers:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/notifiers', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx, input) {
    const destination = destinationIn(input, parseAllowList(ctx.runtime.settings.egress_allow))
    if (!destination) throw invalid('telegram, slack, webhook, email: name one of them')
    const once = onceOf(destination)
    const digest = input.idempotency_key === undefined ? null : digestOf(ctx, input)
    const { row, replayed } = await transact(ctx.db, (trx) =>
      makeNotifier(trx, ctx, { input, destination, once, digest }),
    )
    if (replayed) return { notifier: notifierToWire(row), idempotent_replay: true as const }
    return { notifier: notifierToWire(row), ...shown(row, once) }
  },
})

interface Once {
  readonly secrets: Readonly<Record<string, string>>
  readonly token: string | undefined
}

/** What is made here and shown this one time. */
function onceOf({ kind, config }: Destination): Once {
  const secrets: Record<string, string> =
    kind === 'webhook' ? { signing_secret: `whsec_${randomBytes(32).toString('base64')}` } : {}
  if (config['answers'] !== 'webhook') return { secrets, token: undefined }
  const token = answerToken()
  return { secrets: { ...secrets, answer_token: token }, token }
}

function shown(row: NotifierRow, { secrets, token }: Once) {
  const { signing_secret } = secrets
  return {
    ...(signing_secret === undefined ? {} : { signing_secret }),
    ...(token === undefined ? {} : { telegram_webhook: { url: hookPath(row), secret_token: token } }),
  }
}

interface Making {
  readonly input: z.output<typeof Input>
  readonly destination: Destination
  readonly once: Once
  readonly digest: string | null
}

/** Notifiers of one org are made one after the other, so that a key makes one and the limit holds. */
async function makeNotifier(trx: Transaction<Database>, ctx: Context, { input, destination, once, digest }: Making) {
  const { orgId } = ctx.actor
  await trx.selectFrom('organization').select('org_id').where('org_id', '=', orgId).forNoKeyUpdate().execute()
  const all = await trx.selectFrom('notifier').selectAll().where('org_id', '=', orgId).limit(MAX_NOTIFIERS).execute()
  const known = all.find((one) => one.idempotency_key !== null && one.idempotency_key === input.idempotency_key)
  if (known) return { row: sameOr409(known, digest), replayed: true }
  if (all.length >= MAX_NOTIFIERS) {
    throw new Fault('conflict', `An organization has at most ${MAX_NOTIFIERS} notifiers.`)
  }
  const notifier_id = newId('ntf')
  const { name, active, subjects, min_severity, digest_after, idempotency_key } = input
  const row = await trx
    .insertInto('notifier')
    .values({
      org_id: orgId,
      notifier_id,
      kind: destination.kind,
      name,
      active,
      subjects,
      min_severity,
      digest_after,
      target: destination.target,
      config: JSON.stringify(destination.config),
      secret_encrypted: sealed(ctx.runtime, orgId, notifier_id, { ...destination.secrets, ...once.secrets }),
      answer_token_hash: once.token === undefined ? null : hashOf(once.token),
      created_by: ctx.actor.principalId,
      created_at: ctx.now(),
      last_sent_at: null,
      last_error: null,
      hook_url: null,
      idempotency_key: idempotency_key ?? null,
      request_digest: digest,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const data = { kind: row.kind, name, target: row.target }
  await recordAct(trx, ctx.actor, { event: 'notifier.created', ref: notifier_id, at: row.created_at, data })
  return { row, replayed: false }
}

/** Keyed, because a password could be guessed from a plain digest. */
function digestOf(ctx: Context, given: z.output<typeof Input>): string {
  const body = { ...given, idempotency_key: undefined }
  const key = masterKeyOf(ctx.runtime, 'notifiers cannot be stored', 'unprocessable')
  return createHmac('sha256', key)
    .update(canonical(JSON.parse(JSON.stringify(body))))
    .digest('hex')
}

function sameOr409(known: NotifierRow, digest: string | null): NotifierRow {
  if (known.request_digest === digest) return known
  throw new Fault('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used with another body.')
}
