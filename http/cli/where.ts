import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Operation } from '#core/kernel/operation'
import { bySpecificity, pathsOf } from '../paths.rules.ts'
import { define } from './define.ts'
import { CliError } from './failure.ts'
import { say, sayJson } from './terminal.ts'

export function addWhere(program: Command): void {
  define(program, 'where <what>', {
    summary: 'Which file answers a request, a tool or an operation.',
    example: "where 'POST /api/actions'\n  $ writ where writ_guard",
  }).action(where)
}

async function where(what: string, { json }: { json?: boolean }): Promise<void> {
  const { operations } = await import('#core/registry.gen')
  const op = byName(operations, what) ?? byRequest(operations, what)
  if (op === undefined) throw new CliError(`No operation answers "${what}"; writ call lists them all.`)
  const file = fileOf(op.name)
  if (json) return sayJson({ operation: op.name, file, method: op.rest.method, path: op.rest.path, scope: op.scope })
  say(`${file}  ${op.name}: ${op.title}`)
}

function byName(operations: readonly Operation[], name: string): Operation | undefined {
  return operations.find((op) => op.name === name || (op.tool ?? `writ_${op.name}`) === name)
}

function byRequest(operations: readonly Operation[], text: string): Operation | undefined {
  const [, method = '', path = ''] = /^(\w+)\s+(\/[^\s?]*)/.exec(text.trim()) ?? []
  const candidates = operations
    .filter((op) => op.rest.method === method.toLowerCase())
    .flatMap((op) => pathsOf(op).map((template) => ({ op, template })))
    .filter(({ template }) => matches(template, path))
    .toSorted((a, b) => bySpecificity(a.template, b.template))
  return candidates[0]?.op
}

function matches(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith('{') || part === given[index])
}

/** `core/<domain>/<verb>.op.ts:<line>`. A domain may be of several words, so the split that exists is the right one. */
function fileOf(name: string): string {
  const words = name.split('_')
  const splits = words.slice(1).map((_, index) => {
    return `core/${words.slice(0, index + 1).join('-')}/${words.slice(index + 1).join('-')}.op.ts`
  })
  const root = new URL('../../', import.meta.url)
  const found = splits.find((path) => existsSync(new URL(path, root)))
  if (found === undefined) return splits[0] ?? name
  const before = readFileSync(new URL(found, root), 'utf8').split(/ = operation\(/)[0] ?? ''
  return `${found}:${before.split('\n').length}`
}
