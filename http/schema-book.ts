import { z } from 'zod'

export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly [keyword: string]: unknown
}

/**
 * JSON Schemas of zod schemas, with the named ones (`.meta({ id })`) collected as components. A name whose input and
 * output differ (defaults make fields optional on the way in) gets a second component, `<name>Input`.
 */
export class SchemaBook {
  readonly #components = new Map<string, JsonSchema>()

  get components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }

  input(schema: z.ZodType): JsonSchema {
    return this.#write(schema, 'input')
  }

  output(schema: z.ZodType): JsonSchema {
    return this.#write(schema, 'output')
  }

  #write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema
    const definitions = Object.entries($defs ?? {})
    const names = new Map(definitions.map(([name]) => [name, name]))
    // A schema that holds a renamed one differs too, so this goes on until nothing more is renamed.
    for (let before = -1, renamed = 0; renamed !== before;) {
      before = renamed
      for (const [name, definition] of definitions) {
        if (names.get(name) !== name || this.#fits(name, pointed(definition, names))) continue
        names.set(name, `${name}Input`)
        renamed += 1
      }
    }
    for (const [name, definition] of definitions) {
      this.#components.set(names.get(name) ?? name, pointed(definition, names) as JsonSchema)
    }
    return pointed(root, names) as JsonSchema
  }

  #fits(name: string, definition: unknown): boolean {
    const known = this.#components.get(name)
    return known === undefined || JSON.stringify(known) === JSON.stringify(definition)
  }
}

/** Turns references to `$defs` of one schema into references to the document's components. */
function pointed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => pointed(item, names))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (key === 'id' && typeof item === 'string' && names.has(item)) return []
      if (key !== '$ref' || typeof item !== 'string') return [[key, pointed(item, names)]]
      const name = item.replace('#/$defs/', '')
      return [[key, `#/components/schemas/${names.get(name) ?? name}`]]
    }),
  )
}
