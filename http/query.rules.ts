import type { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'

/** What the text of a query value may become. */
type Kind = 'number' | 'boolean' | 'text'

interface Field {
  readonly list: boolean
  readonly kinds: ReadonlySet<Kind>
}

const read = new WeakMap<Operation, ReadonlyMap<string, Field>>()

/**
 * The query string as the JSON object its author meant, by the types of the operation's input: numbers, booleans,
 * lists (repeated or comma separated). Empty values count as absent. Text that does not fit stays text, so that
 * validation names it.
 */
export function queryInput(op: Operation, search: string): Record<string, unknown> {
  const input: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  if (search === '') return input
  let fields = read.get(op)
  if (!fields) read.set(op, (fields = fieldsOf(op)))
  const values = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(search)) {
    if (value !== '') values.set(name, [...(values.get(name) ?? []), value])
  }
  for (const [name, texts] of values) input[name] = fieldValue(name, texts, fields.get(name))
  return input
}

function fieldValue(name: string, texts: readonly string[], field: Field | undefined): unknown {
  if (field?.list) {
    const parts = texts.flatMap((text) => text.split(',')).map((text) => text.trim())
    return parts.filter((text) => text !== '').map((text) => scalar(text, field.kinds))
  }
  const [text = ''] = texts
  if (texts.length > 1) {
    throw new Fault('invalid_input', 'Validation failed', { details: [`${name}: is given more than once`] })
  }
  return scalar(text, field?.kinds)
}

function scalar(text: string, kinds: ReadonlySet<Kind> | undefined): unknown {
  if (kinds?.has('number') && /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(text)) return Number(text)
  if (!kinds?.has('boolean')) return text
  if (text === 'true' || text === 'false') return text === 'true'
  // Digits are a boolean only where they can be nothing else.
  if (kinds.size === 1 && (text === '1' || text === '0')) return text === '1'
  return text
}

function fieldsOf(op: Operation): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>()
  for (const [name, schema] of Object.entries(op.input.shape)) {
    const field = fieldOf(schema as z.core.$ZodType)
    fields.set(name, field)
    fields.set(
      name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      field,
    )
  }
  for (const [alias, name] of Object.entries(op.inputAliases ?? {})) {
    const field = fields.get(name)
    if (field) fields.set(alias, field)
  }
  return fields
}

/** Looks through optional, default, nullable and the like to what is inside. */
function fieldOf(schema: z.core.$ZodType): Field {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'array') return { list: true, kinds: fieldOf(def.element).kinds }
  if (def.type === 'pipe') return fieldOf(isTransform(def.in) ? def.out : def.in)
  if (def.type === 'lazy') return fieldOf(def.getter())
  if (def.type === 'literal') return { list: false, kinds: new Set(def.values.map(kindOf)) }
  if (def.type === 'union') {
    const options = def.options.map(fieldOf)
    const kinds = new Set(options.flatMap((option) => [...option.kinds]))
    return { list: options.some((option) => option.list), kinds }
  }
  if ('innerType' in def) return fieldOf(def.innerType)
  return { list: false, kinds: new Set([def.type === 'number' || def.type === 'boolean' ? def.type : 'text']) }
}

function isTransform(schema: z.core.$ZodType): boolean {
  return schema._zod.def.type === 'transform'
}

function kindOf(value: unknown): Kind {
  if (typeof value === 'number') return 'number'
  return typeof value === 'boolean' ? 'boolean' : 'text'
}
