import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { CompleteResult, GetPromptResult, Prompt } from '@modelcontextprotocol/server'
import { policyTypes } from '#core/policies/index'
import type { PromptDeclaration } from './prompts/declaration.ts'
import { governedWork } from './prompts/governed-work.ts'
import { writePolicy } from './prompts/write-policy.ts'

const declarations: readonly PromptDeclaration[] = [governedWork, writePolicy(policyTypes)]
const MAX_COMPLETIONS = 100

export function listPrompts(): Prompt[] {
  return declarations.map(({ name, title, description, arguments: args }) => ({
    name,
    title,
    description,
    arguments: args.map(({ name, description, required }) => ({ name, description, required })),
  }))
}

export function getPrompt(name: string, given: Readonly<Record<string, string>>): GetPromptResult {
  const prompt = declarationOf(name)
  const missing = prompt.arguments.filter((one) => one.required && (given[one.name] ?? '').trim() === '')
  if (missing.length > 0) {
    const names = missing.map((one) => one.name).join(', ')
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The prompt ${name} needs: ${names}`)
  }
  return {
    description: prompt.description,
    messages: [{ role: 'user', content: { type: 'text', text: prompt.text(given) } }],
  }
}

export function completePrompt(name: string, argument: { name: string; value: string }): CompleteResult {
  const values = declarationOf(name).arguments.find((one) => one.name === argument.name)?.values ?? []
  return completion(values.filter((value) => value.startsWith(argument.value)))
}

export function completion(values: readonly string[]): CompleteResult {
  const shown = values.slice(0, MAX_COMPLETIONS)
  return { completion: { values: shown, total: values.length, hasMore: values.length > shown.length } }
}

function declarationOf(name: string): PromptDeclaration {
  const found = declarations.find((one) => one.name === name)
  if (found) return found
  const known = declarations.map((one) => one.name).join(', ')
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${name}; there are ${known}`)
}
