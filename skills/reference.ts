import { z } from 'zod'
import type { Operation } from '#core/kernel/operation'
import { operations } from '#core/registry.gen'

interface Field {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Field[]
  readonly oneOf?: readonly Field[]
  readonly items?: Field
}

/** The source of `writ-platform/references/operations.md`. */
export function operationsReference(): string {
  const sorted = operations.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const domains = Map.groupBy(sorted, ({ name }) => name.split('_')[0] ?? name)
  const sections = [...domains].map(([domain, ops]) => [`## ${domain}`, ...ops.map(section)].join('\n\n'))
  return [
    '<!-- Written by `npm run gen`; not edited by hand. -->',
    '# Operations',
    INTRODUCTION.join('\n'),
    ...sections,
  ].join('\n\n')
}

const INTRODUCTION = [
  'Every operation, by domain. `*` marks fields that must be given; fields in braces stand in the path. GET and DELETE take the',
  'others as a query, the rest as a JSON body. The scope is what the key must have; `public` needs no key. "Tool" is the MCP tool;',
  '"catalog" means: found with `writ_search_operations`, run with `writ_call_operation`; "no MCP" means REST, CLI and clients only.',
]

function section(op: Operation): string {
  const { properties = {}, required = [] } = z.toJSONSchema(op.input, { io: 'input', unrepresentable: 'any' })
  const fields = Object.entries(properties).map(([name, schema]) => {
    return `\`${name}\`${required.includes(name) ? '*' : ''} ${typeOf(schema as Field)}`
  })
  const aliases = op.rest.aliases ?? []
  return [
    `### \`${op.name}\``,
    '',
    op.description,
    '',
    `- \`${op.rest.method.toUpperCase()} ${op.rest.path}\`, scope ${op.scope === 'public' ? '`public`' : `\`${op.scope}\``}, ${surface(op)}`,
    ...(aliases.length === 0 ? [] : [`- also at ${aliases.map((path) => `\`${path}\``).join(', ')}`]),
    `- ${fields.length === 0 ? 'takes no fields' : fields.join(', ')}`,
  ].join('\n')
}

function surface({ mcp, name, tool }: Operation): string {
  if (mcp === 'hidden') return 'no MCP'
  return mcp === 'catalog' ? 'catalog' : `tool \`${tool ?? `writ_${name}`}\``
}

function typeOf(schema: Field): string {
  if (schema.enum) return `(${schema.enum.join(' | ')})`
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const options = schema.anyOf ?? schema.oneOf
  if (options) return [...new Set(options.map(typeOf))].join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`
  return schema.type ?? 'anything'
}
