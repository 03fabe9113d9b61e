import type { z } from 'zod'
import type { Context } from './context.ts'
import { Fault, asFault } from './errors.ts'
import { refuseHostile } from './hostile.ts'
import type { Operation } from './operation.ts'

/**
 * The one road to a handler: every adapter calls this and nothing else.
 * Authority comes first, so that a caller without it learns nothing from validation messages.
 */
export async function invoke<I extends z.ZodObject, O extends z.ZodType>(
  op: Operation<I, O>,
  ctx: Context,
  raw: unknown,
): Promise<z.output<O>> {
  authorise(op, ctx)
  const started = performance.now()
  try {
    const input = parseInput(op, raw)
    ctx.signal.throwIfAborted()
    const context = op.needsSent ? { ...ctx, sent: raw as Record<string, unknown> } : ctx
    const output = op.output.safeParse(await op.handler(context, input))
    if (output.success) return output.data
    throw new Fault('internal', 'Internal server error', { cause: output.error })
  } catch (thrown) {
    const fault = asFault(thrown)
    const fields = { op: op.name, org: ctx.actor.orgId, code: fault.code, request_id: ctx.requestId }
    if (fault.status >= 500) ctx.log.error({ ...fields, err: fault.cause ?? fault }, 'operation failed')
    else ctx.log.debug({ ...fields, ms: performance.now() - started }, 'operation refused')
    throw fault
  }
}

function authorise(op: Operation, ctx: Context): void {
  if (op.scope === 'public' || ctx.actor.scopes.has(op.scope)) return
  const message =
    ctx.actor.role === 'readonly' && !op.annotations.readOnly
      ? 'Forbidden - readonly API key'
      : `This needs the scope ${op.scope}, which this credential does not have.`
  throw new Fault('forbidden', message, { data: { required_scope: op.scope } })
}

function parseInput<I extends z.ZodObject>(op: Operation<I>, raw: unknown): z.output<I> {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) {
    throw new Fault('invalid_input', 'Validation failed', { details: ['(body): must be a JSON object'] })
  }
  refuseHostile(op.itemwise === undefined ? raw : { ...raw, [op.itemwise]: undefined })
  const parsed = op.input.safeParse(normalise(op, raw as Record<string, unknown>))
  if (parsed.success) return parsed.data
  throw new Fault('invalid_input', 'Validation failed', { details: parsed.error.issues.map(sentence) })
}

const accepted = new WeakMap<Operation, ReadonlyMap<string, string>>()

/** Accepts camelCase and declared aliases of top-level fields; the snake_case field wins unless it is null or missing. */
function normalise(op: Operation, raw: Record<string, unknown>): Record<string, unknown> {
  let names = accepted.get(op)
  if (!names) accepted.set(op, (names = otherNames(op)))
  const fields: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(raw)) {
    if (value === null || value === undefined) {
      if (value === null && Object.hasOwn(op.input.shape, key) && op.input.shape[key]?.safeParse(null).success) {
        fields[key] ??= null
      }
      continue
    }
    const name = Object.hasOwn(op.input.shape, key) ? key : names.get(key)
    if (name === key) fields[name] = value
    else if (name !== undefined && (raw[name] === null || raw[name] === undefined)) fields[name] ??= value
    else if (name === undefined) fields[key] = value
  }
  return fields
}

function otherNames(op: Operation): ReadonlyMap<string, string> {
  const names = new Map(Object.entries(op.inputAliases ?? {}))
  for (const key of Object.keys(op.input.shape)) {
    const camel = key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    if (camel !== key) names.set(camel, key)
  }
  return names
}

function sentence(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? '(body)' : issue.path.map(String).join('.')
  return `${where}: ${issue.message}`
}
