import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Operation } from '#core/kernel/operation'
import type { OperationName } from '../client/index.ts'
import { define, type RemoteOptions } from './define.ts'
import { UsageError } from './failure.ts'
import { connect } from './remote.ts'
import { sayJson, sayTable } from './terminal.ts'

export function addCall(program: Command): void {
  define(program, 'call [operation] [input]', {
    summary: 'Call any operation with JSON; without a name, list them all.',
    example: `call actions_list '{"limit": 5}'\n  $ writ call policies_create @policy.json`,
    remote: true,
  }).action(call)
}

async function call(name: string | undefined, input: string | undefined, options: RemoteOptions): Promise<void> {
  const { operations } = await import('#core/registry.gen')
  if (name === undefined) return list(operations, options)
  const op = operations.find((one) => one.name === name)
  if (op === undefined) throw new UsageError(`There is no operation "${name}"; writ call lists them.`)
  sayJson(await connect(options).call(name as OperationName, inputOf(input) as never))
}

function list(operations: readonly Operation[], { json }: RemoteOptions): void {
  const sorted = operations.toSorted((a, b) => a.name.localeCompare(b.name))
  if (json)
    return sayJson(
      sorted.map(({ name, title, description, scope, rest }) => ({
        name,
        title,
        description,
        scope,
        method: rest.method,
        path: rest.path,
      })),
    )
  sayTable(
    ['OPERATION', 'SCOPE', 'WHAT IT DOES'],
    sorted.map((op) => [op.name, op.scope, op.description]),
  )
}

/** JSON as written, `@file`, or `-` for standard input. */
function inputOf(text = '{}'): unknown {
  const source = text === '-' ? 0 : text.startsWith('@') ? text.slice(1) : null
  try {
    const value: unknown = JSON.parse(source === null ? text : readFileSync(source, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new UsageError('The input must be a JSON object.')
}
