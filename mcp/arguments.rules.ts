import { Fault } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'
import { fullSchema, type JsonSchema } from './json-schema.rules.ts'

/**
 * Refuses arguments that the operation does not have. REST leaves them aside for old clients; a model that puts the
 * command beside the act instead of into it would take the answer for one about the command.
 */
export function refuseUnknownArguments(op: Operation, given: Readonly<Record<string, unknown>>): void {
  const fields = Object.keys(op.input.shape)
  // Some clients fill in an argument of their own where a tool has none.
  if (fields.length === 0) return
  const known = new Set([...fields, ...fields.map(camelCase), ...Object.keys(op.inputAliases ?? {})])
  const unknown = Object.keys(given).filter((name) => !known.has(name))
  if (unknown.length === 0) return
  const { properties } = fullSchema(op.input, 'input')
  const details = unknown.slice(0, 10).map((name) => {
    const homes = fields.filter((field) => holds((properties as JsonSchema)[field], name))
    return homes.length > 0
      ? `${name}: belongs inside ${homes.join(' or ')}`
      : `${name}: unknown argument; there are ${fields.join(', ')}`
  })
  throw new Fault('invalid_input', 'Unknown arguments; nothing was done.', { details })
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** Whether a field of this name stands anywhere below. */
function holds(schema: unknown, name: string): boolean {
  if (Array.isArray(schema)) return schema.some((one) => holds(one, name))
  if (schema === null || typeof schema !== 'object') return false
  const { properties } = schema as JsonSchema
  if (properties !== null && typeof properties === 'object' && Object.hasOwn(properties, name)) return true
  return Object.values(schema).some((one) => holds(one, name))
}
