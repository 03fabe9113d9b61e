import { z } from 'zod'
import type { Operation } from '#core/kernel/operation'
import { operations } from '#core/registry.gen'
import { fieldsOf } from './paths.rules.ts'
import { PythonShapes } from './python-shapes.ts'
import type { JsonSchema } from './schema-book.ts'

/** Sources of the generated files of the Python client: one method per operation, and the shapes of nested inputs. */
export function pythonOperations(): string {
  const { methods } = written()
  const routes = sorted().map((op) => {
    const inPath = fieldsOf(op.rest.path).map((field) => `"${field}", `)
    const repeatable = op.annotations.idempotent ? 'True' : 'False'
    const place = `"${op.rest.method.toUpperCase()}", "${op.rest.path}", (${inPath.join('').trimEnd()}), ${repeatable}`
    return `    "${op.name}": Route(${place}),`
  })
  return [...HEAD, ...routes, '}', ...CLASS, methods.join('\n\n')].join('\n')
}

export function pythonShapes(): string {
  return [
    NOTE,
    'from __future__ import annotations',
    '',
    'from typing import Any, Literal, TypedDict',
    ...written().shapes.classes(),
  ].join('\n')
}

const NOTE = '# Written by `npm run gen`; not edited by hand.'

const HEAD = [
  NOTE,
  'from __future__ import annotations',
  '',
  'from typing import Any, Dict, Literal, NamedTuple, Optional, Tuple',
  '',
  'from . import shapes_gen as shapes',
  '',
  '',
  'class Unset:',
  '    """What was left away; None is sent as null."""',
  '',
  '',
  'UNSET = Unset()',
  '',
  '',
  'class Route(NamedTuple):',
  '    method: str',
  '    path: str',
  '    in_path: Tuple[str, ...]',
  '    #: Whether a repeat of the call has no second effect.',
  '    repeatable: bool',
  '',
  '',
  'ROUTES: Dict[str, Route] = {',
] as const

const CLASS = [
  '',
  '',
  'class Operations:',
  '    """One method per operation of the server."""',
  '',
  '    def _run(self, name: str, given: Dict[str, Any], timeout: Optional[float]) -> Dict[str, Any]:',
  '        raise NotImplementedError',
  '',
  '',
] as const

/** Words that cannot name a parameter; PEP 8 puts an underscore behind them. */
const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
)

/** The name of a field as a Python parameter. */
export function pythonName(field: string): string {
  return KEYWORDS.has(field) || field === 'self' ? `${field}_` : field
}

function sorted(): Operation[] {
  return operations.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function written(): { methods: string[]; shapes: PythonShapes } {
  const shapes = new PythonShapes()
  return { methods: sorted().map((op) => method(op, shapes)), shapes }
}

function method(op: Operation, shapes: PythonShapes): string {
  const schema = z.toJSONSchema(op.input, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const fields = Object.entries(schema.properties ?? {})
  if (fields.some(([name]) => name === 'request_timeout')) throw new Error(`${op.name}: request_timeout is taken`)
  const required = new Set(schema.required)
  const parameters = fields.map(([name, field]) => {
    const type = shapes.typeOf(field, [op.name, name])
    return `        ${pythonName(name)}: ${required.has(name) ? type : `${type} | Unset = UNSET`},`
  })
  const loose = typeof schema['additionalProperties'] === 'object'
  const given = fields.map(([name]) => `                "${name}": ${pythonName(name)},`)
  return [
    `    def ${op.name}(`,
    '        self,',
    '        *,',
    ...parameters,
    '        request_timeout: float | None = None,',
    ...(loose ? ['        **more: Any,'] : []),
    '    ) -> Dict[str, Any]:',
    ...docstring(op, fields),
    '        return self._run(',
    `            "${op.name}",`,
    '            {',
    ...given,
    ...(loose ? ['                **more,'] : []),
    '            },',
    '            request_timeout,',
    '        )',
  ].join('\n')
}

function docstring(op: Operation, fields: readonly [string, JsonSchema][]): string[] {
  const told = fields.flatMap(([name, { description }]) => {
    return description === undefined ? [] : [`        :param ${pythonName(name)}: ${quoted(description)}`]
  })
  const scope = op.scope === 'public' ? 'Needs no credential.' : `Needs the scope ${op.scope}.`
  return [
    `        """${quoted(op.description)}`,
    '',
    `        ${op.rest.method.toUpperCase()} ${op.rest.path}. ${scope}`,
    ...(told.length === 0 ? [] : ['', ...told]),
    '        """',
  ]
}

function quoted(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('"""', String.raw`\"\"\"`)
}
