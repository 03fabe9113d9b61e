import type { JsonSchema } from './schema-book.ts'

interface Shape {
  readonly name: string
  readonly schema: JsonSchema
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'None',
}

/** Python types of JSON Schemas; objects with known fields become TypedDicts, equal ones the same. */
export class PythonShapes {
  readonly #byText = new Map<string, Shape>()
  readonly #names = new Set<string>()
  readonly #bodies = new Map<string, string[]>()

  /** `trail`: operation and field that the schema stands in, from which a shape gets its name. */
  typeOf(schema: JsonSchema, trail: readonly string[]): string {
    return this.#type(schema, trail, 'shapes.')
  }

  classes(): string[] {
    return [...this.#bodies.values()].flatMap((lines) => ['', '', ...lines])
  }

  #type(schema: JsonSchema, trail: readonly string[], prefix: string): string {
    return [...new Set(this.#alternatives(schema, trail, prefix))].join(' | ')
  }

  #alternatives(schema: JsonSchema, trail: readonly string[], prefix: string): string[] {
    if (schema['const'] !== undefined) return [`Literal[${literal(schema['const'])}]`]
    if (Array.isArray(schema['enum'])) return [`Literal[${schema['enum'].map(literal).join(', ')}]`]
    const options = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined
    if (options) return options.flatMap((one) => this.#alternatives(one, trail, prefix))
    if (schema.type === 'array') return [`list[${this.#type((schema['items'] ?? {}) as JsonSchema, trail, prefix)}]`]
    if (schema.type === 'object') return [this.#object(schema, trail, prefix)]
    return [typeof schema.type === 'string' ? (SCALARS[schema.type] ?? 'Any') : 'Any']
  }

  #object(schema: JsonSchema, trail: readonly string[], prefix: string): string {
    const fields = Object.entries(schema.properties ?? {})
    if (fields.length === 0) {
      const rest = schema['additionalProperties']
      const value = typeof rest === 'object' && rest !== null ? this.#type(rest as JsonSchema, trail, prefix) : 'Any'
      return `dict[str, ${value}]`
    }
    const text = JSON.stringify([schema.properties, schema.required])
    const known = this.#byText.get(text)
    if (known) return `${prefix}${known.name}`
    const kind = schema.properties?.['kind']?.['const']
    const own = [...trail, ...(typeof kind === 'string' ? [kind] : [])]
    const name = this.#free(own)
    this.#byText.set(text, { name, schema })
    this.#bodies.set(name, this.#class(name, schema, own))
    return `${prefix}${name}`
  }

  /** The shortest name that is not taken: without the operation where that is enough. */
  #free(trail: readonly string[]): string {
    const name = [pascal(trail.slice(1)), pascal(trail)].find((one) => !this.#names.has(one))
    if (name === undefined) throw new Error(`Two shapes want the name ${pascal(trail)}`)
    this.#names.add(name)
    return name
  }

  #class(name: string, schema: JsonSchema, trail: readonly string[]): string[] {
    const required = new Set(schema.required)
    const lines = Object.entries(schema.properties ?? {}).map(([field, one]) => {
      return { field, line: `    ${field}: ${this.#type(one, [...trail, field], '')}` }
    })
    const needed = lines.filter(({ field }) => required.has(field)).map(({ line }) => line)
    const optional = lines.filter(({ field }) => !required.has(field)).map(({ line }) => line)
    if (optional.length === 0) return [`class ${name}(TypedDict):`, ...needed]
    if (needed.length === 0) return [`class ${name}(TypedDict, total=False):`, ...optional]
    return [
      `class _${name}Needed(TypedDict):`,
      ...needed,
      '',
      '',
      `class ${name}(_${name}Needed, total=False):`,
      ...optional,
    ]
  }
}

function literal(value: unknown): string {
  if (value === null) return 'None'
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value)
}

function pascal(parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split('_'))
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('')
}
