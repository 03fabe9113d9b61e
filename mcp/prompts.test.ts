import { expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { policyTypes } from '#core/policies/index'
import { CALL_TOOL, SEARCH_TOOL } from './catalog-tools.ts'
import { instructions } from './instructions.ts'
import { completePrompt, getPrompt, listPrompts } from './prompts.ts'
import { toolTable } from './tool-list.ts'

function textOf(name: string, given: Record<string, string>): string {
  const [message] = getPrompt(name, given).messages
  return message?.content.type === 'text' ? message.content.text : ''
}

test('both prompts are listed with their arguments', () => {
  expect(listPrompts().map(({ name, arguments: args }) => [name, args?.map((one) => one.name)])).toEqual([
    ['governed_work', ['task', 'agent_id']],
    ['write_policy', ['wish', 'policy_type']],
  ])
})

test('the protocol names the task and, when known, the agent', () => {
  const text = textOf('governed_work', { task: 'Rotate the logs', agent_id: 'janitor' })
  expect(text).toContain('Rotate the logs')
  expect(text).toContain('janitor')
  expect(textOf('governed_work', { task: 'x' })).not.toContain('You act as')
})

test('the policy helper offers all types unless one was chosen', () => {
  for (const type of policyTypes) expect(textOf('write_policy', { wish: 'x' })).toContain(type)
  expect(textOf('write_policy', { wish: 'x', policy_type: 'budget' })).toContain('Use the policy type budget.')
})

test('a missing argument and an unknown prompt are told', () => {
  expect(() => getPrompt('governed_work', {})).toThrow(/needs: task/)
  expect(() => getPrompt('nothing', {})).toThrow(/governed_work, write_policy/)
})

test('policy types are completed', () => {
  expect(completePrompt('write_policy', { name: 'policy_type', value: 'bud' }).completion.values).toEqual(['budget'])
  expect(completePrompt('write_policy', { name: 'wish', value: 'b' }).completion.values).toEqual([])
})

test('every tool that the instructions and prompts name exists', () => {
  const known = new Set([...toolTable(operations).keys(), SEARCH_TOOL, CALL_TOOL])
  const texts = [instructions, textOf('governed_work', { task: 'x' }), textOf('write_policy', { wish: 'x' })]
  const named = texts.flatMap((text) => text.match(/writ_[a-z_]+/g) ?? [])
  expect(named.length).toBeGreaterThan(8)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

test('the first 512 characters of the instructions say when and how to ask', () => {
  const start = instructions.slice(0, 512)
  for (const word of ['approval', 'writ_guard', 'writ_record', 'writ_wait_for_approval', 'block', 'only once']) {
    expect(start).toContain(word)
  }
})
