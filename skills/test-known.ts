import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { z } from 'zod'
import { Fault, faultBody, faultStatus } from '#core/kernel/errors'
import { policyKinds } from '#core/policies/registry'
import { scopes } from '#core/kernel/scope'
import { operations } from '#core/registry.gen'
import surface from '../mcp/surface.gen.json' with { type: 'json' }
import { addCommands } from '../http/cli/commands.ts'
import { buildProgram } from '../http/cli/program.ts'

const paths = new Set([
  ...operations.flatMap(({ rest }) => [rest.path, ...(rest.aliases ?? [])]),
  '/api/openapi.json',
  '/api/stream',
  '/mcp',
])
const tools = new Set(surface.tools.map(({ tool }) => tool.name))
const catalog = new Set(operations.filter(({ mcp }) => mcp !== 'hidden').map((op) => op.tool ?? `writ_${op.name}`))
export const environment = new Set(['home', ...settingNames()].map((name) => `WRIT_${name.toUpperCase()}`))

/** From the configuration's own source: what has no default shows nowhere else. */
function settingNames(): string[] {
  const source = readFileSync(new URL('../core/kernel/config.ts', import.meta.url), 'utf8')
  return [...source.matchAll(/^ {2}([a-z_]+): z\./gm)].map((match) => match[1] ?? '')
}

/** Every field, fixed value and enum value of what operations take and answer. */
const vocabulary = new Set(Object.keys(faultBody(new Fault('invalid_input', 'x', { details: [] }), 'req_x')))
for (const op of operations) {
  for (const [schema, io] of [
    [op.input, 'input'],
    [op.output, 'output'],
  ] as const) {
    collect(z.toJSONSchema(schema, { io, unrepresentable: 'any' }))
  }
}

function collect(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const { properties, enum: values, const: fixed } = value as { properties?: object; enum?: unknown[]; const?: unknown }
  for (const word of [...Object.keys(properties ?? {}), ...(values ?? []), fixed]) vocabulary.add(String(word))
  for (const child of Object.values(value)) collect(child)
}

/** What a code span may be. Its beginning decides which it must be; words without one are looked up in turn. */
const KINDS: readonly { readonly kind: string; readonly begins: RegExp; readonly fits: (text: string) => boolean }[] = [
  { kind: 'command', begins: /^writ /, fits: (text) => commandProblem(text) === null },
  { kind: 'tool', begins: /^writ_/, fits: (text) => tools.has(text) || catalog.has(text) },
  { kind: 'path', begins: /^\/(api|mcp|\.well-known)/, fits: (text) => paths.has(text) },
  { kind: 'environment', begins: /^WRIT_/, fits: (text) => environment.has(text) },
]
const WORDS: Readonly<Record<string, (text: string) => boolean>> = {
  operation: (text) => operations.some(({ name }) => name === text),
  fault: (text) => text in faultStatus,
  scope: (text) => (scopes as readonly string[]).includes(text),
  word: (text) => vocabulary.has(text),
  policy: (text) => policyKinds.some(({ type }) => type === text),
  script: (text) => existsSync(fileURLToPath(new URL(`writ-platform/scripts/${text}.mjs`, import.meta.url))),
  other: (text) => OTHER.has(text),
}

/** Words of HTTP and of programs, and examples, which no registry holds. */
const OTHER: ReadonlySet<string> = new Set([
  'Retry-After',
  'Allow',
  'Last-Event-ID',
  'x-api-key',
  'content-type: application/json',
  'required_scope',
  '--json',
  'act_…',
  'prod/shop',
  'call',
  "import { Writ } from 'writ/client'",
  'from writ import Writ',
])

/** What a code span is, when it is something that exists; null when it is not. */
export function kindOf(text: string): string | null {
  const must = KINDS.find(({ begins }) => begins.test(text))
  if (must) return must.fits(text) ? must.kind : null
  return Object.entries(WORDS).find(([, fits]) => fits(text))?.[0] ?? null
}

/** Why a command line is none of the program's; null when it is one. */
export function commandProblem(line: string): string | null {
  const words = (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).slice(1)
  let command: Command = buildProgram(addCommands)
  while (words.length > 0) {
    const next = command.commands.find((one) => one.name() === words[0] || one.aliases().includes(words[0] ?? ''))
    if (next === undefined) break
    command = next
    words.shift()
  }
  if (command.parent === null) return `there is no command ${words[0]}`
  const given = words.filter((word) => word.startsWith('--'))
  const unknown = given.find((word) => !command.options.some(({ long }) => long === word))
  if (unknown !== undefined) return `${command.name()} has no option ${unknown}`
  const operands = operandsOf(command, words)
  const needed = command.registeredArguments.filter(({ required }) => required).length
  const most = command.registeredArguments.some(({ variadic }) => variadic)
    ? Infinity
    : command.registeredArguments.length
  if (command.commands.length > 0 && operands > 0) return `${command.name()} has no command ${words[0]}`
  return operands >= needed && operands <= most ? null : `${command.name()} takes ${needed} to ${most} operands`
}

function operandsOf(command: Command, words: readonly string[]): number {
  return words.filter((word, index) => {
    if (word.startsWith('--')) return false
    const before = command.options.find(({ long }) => long === words[index - 1])
    return before === undefined || before.isBoolean()
  }).length
}
