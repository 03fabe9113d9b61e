import { generateKeyPairSync, verify } from 'node:crypto'
import { z } from 'zod'
import { beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { pythonName } from '../client-python.ts'
import { fieldsOf } from '../paths.rules.ts'
import type { JsonSchema } from '../schema-book.ts'
import { deriveIdempotencyKey, signBody, Writ } from './index.ts'
import { pythonProblem, runPython } from './test-python.ts'

const problem = pythonProblem()
if (problem !== null) process.stderr.write(`The parity of the Python client is not tested: ${problem}.\n`)

interface Surface {
  readonly methods: Readonly<Record<string, readonly string[]>>
  readonly required: Readonly<Record<string, readonly string[]>>
  readonly routes: Readonly<Record<string, readonly [string, string, readonly string[], boolean]>>
  readonly shapes: Readonly<Record<string, readonly string[]>>
  readonly writ: readonly string[]
  readonly context: readonly string[]
}

const DESCRIBE = `
import inspect, json
from writ import ActionContext, Writ
from writ import shapes_gen
from writ.operations_gen import Operations, ROUTES
public = lambda kind: {name: f for name, f in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}
named = lambda f: [p for p in inspect.signature(f).parameters.values() if p.kind is p.KEYWORD_ONLY]
print(json.dumps({
    "methods": {name: [p.name for p in named(f)] for name, f in public(Operations).items()},
    "required": {name: [p.name for p in named(f) if p.default is p.empty] for name, f in public(Operations).items()},
    "routes": {name: [r.method, r.path, r.in_path, r.repeatable] for name, r in ROUTES.items()},
    "shapes": {name: sorted(kind.__annotations__) for name, kind in vars(shapes_gen).items() if hasattr(kind, "__total__")},
    "writ": sorted(public(Writ)),
    "context": sorted(public(ActionContext)),
}))`

let python: Surface
beforeAll(async () => {
  if (problem !== null) return
  const output = await runPython(DESCRIBE)
  python = JSON.parse(output) as Surface
})

const schemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

describe.skipIf(problem !== null)('the Python client', () => {
  test('has every operation and no other, each with every field of its input under the same name', () => {
    expect(Object.keys(python.methods).toSorted()).toEqual(operations.map(({ name }) => name).toSorted())
    let fields = 0
    for (const op of operations) {
      const { properties = {}, required = [] } = schemaOf(op.input)
      expect(python.methods[op.name]).toEqual([...Object.keys(properties).map(pythonName), 'request_timeout'])
      expect(python.required[op.name]).toEqual(
        Object.keys(properties)
          .filter((one) => required.includes(one))
          .map(pythonName),
      )
      fields += Object.keys(properties).length
    }
    process.stdout.write(`python parity: ${operations.length} operations, ${fields} fields\n`)
  })

  test('only words of Python get an underscore', () => {
    expect(['from', 'import', 'from_seq', '_signature', 'self'].map(pythonName)).toEqual([
      'from_',
      'import_',
      'from_seq',
      '_signature',
      'self_',
    ])
  })

  test('sends each operation where the registry binds it, and repeats only what has no second effect', () => {
    for (const { name, rest, annotations } of operations) {
      const expected = [rest.method.toUpperCase(), rest.path, fieldsOf(rest.path), annotations.idempotent]
      expect(python.routes[name]).toEqual(expected)
    }
    expect(python.routes['approvals_wait']?.[3]).toBe(false)
  })

  test('has a shape for every object with known fields inside an input', () => {
    const wanted = operations.flatMap((op) => Object.values(schemaOf(op.input).properties ?? {}).flatMap(objectsIn))
    const there = new Set(Object.values(python.shapes).map(String))
    for (const fields of wanted) expect(there).toContain(String(fields.toSorted()))
    expect(wanted.length).toBeGreaterThan(10)
  })

  test('has every method of the TypeScript client', () => {
    const methods = Object.getOwnPropertyNames(Writ.prototype).filter((name) => name !== 'constructor')
    expect(python.writ).toEqual(expect.arrayContaining(methods.map(snake)))
    const context = new Writ({ baseUrl: 'http://x', apiKey: 'k', agentId: 'a' }).actionContext('act_1')
    expect(python.context).toEqual(Object.keys(context).map(snake).toSorted())
  })

  test('makes the same idempotency keys and signs the same bytes', async () => {
    const body = JSON.stringify(TRICKY)
    const program = `
import json, os, writ
body = json.loads(os.environ["BODY"])
signed = writ.sign_body({**body, "_signature": "old"}, lambda data: data)
print(json.dumps([signed["_signature"], writ.derive_idempotency_key(body)]))`
    const output = await runPython(program, { BODY: body })
    const [bytes = '', key] = JSON.parse(output) as string[]
    expect(key).toBe(deriveIdempotencyKey(TRICKY))
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signature = Buffer.from(signBody(TRICKY, pem)._signature, 'base64')
    expect(verify(null, Buffer.from(bytes, 'base64'), publicKey, signature)).toBe(true)
  })
})

const TRICKY = {
  zeta: [
    1, 1.5, -0, 1e21, 1e-7, 0.000001, 123456789012345680000, 5e-324, 1.7976931348623157e308, 100, 0.1, 9007199254740991,
  ],
  text: 'Größe “x” \u2028 \u0000 \b\f\n\r\t\u007f "quoted" \\ / 漢字 🚀',
  '\u{1F680}': 'before \uFFFF in UTF-16',
  '\uFFFF': { b: null, a: true, c: [] },
  half: '\ud83d',
  nothing: null,
}

function objectsIn(schema: JsonSchema): string[][] {
  const fields = Object.keys(schema.properties ?? {})
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...((schema['anyOf'] ?? schema['oneOf'] ?? []) as JsonSchema[]),
    ...(schema['items'] === undefined ? [] : [schema['items'] as JsonSchema]),
  ]
  return [...(fields.length > 0 ? [fields] : []), ...inner.flatMap(objectsIn)]
}
