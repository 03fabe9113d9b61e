import { expect, test } from 'vitest'
import { replaced } from './replaced.rules.ts'

const shell = { stdout: 'key [REDACTED:x]', stderr: '', interrupted: false, isImage: false }
const of = (host: Parameters<typeof replaced>[0]['host'], output: unknown, event = 'PostToolUse') =>
  replaced({ host, event, output, secrets: 2 })

test('claude-code: the same shape in the place of the output', () => {
  expect(of('claude-code', shell)).toEqual({
    hookSpecificOutput: { hookEventName: 'PostToolUse', updatedToolOutput: shell },
  })
})

test('claude-code: of a call that failed nothing can be replaced, so the model is warned', () => {
  expect(of('claude-code', 'Exit code 1', 'PostToolUseFailure')).toEqual({
    hookSpecificOutput: {
      hookEventName: 'PostToolUseFailure',
      additionalContext: 'Writ: the output above holds 2 secrets. Never repeat or use them.',
    },
  })
  expect(of('claude-code', shell, 'Stop')).toEqual({})
})

const beginning = 'Writ took 2 secrets out of what this call gave. It ran; the rest is:\n'

test.each([
  ['a text as it is', 'a [REDACTED:x]\n', 'a [REDACTED:x]\n'],
  ['another value as JSON', shell, JSON.stringify(shell)],
  ['null', null, 'null'],
  [
    'texts of blocks',
    { content: [{ type: 'text', text: 'a' }, { type: 'image', data: 'x' }, {}] },
    'a\n[image left out]\n[content left out]',
  ],
  [
    'what is structured, as Codex shows it',
    { content: [{ type: 'text', text: 'a' }], structuredContent: { a: 1 } },
    '{"a":1}',
  ],
])('codex: %s', (_, output, text) => {
  expect(of('codex', output)).toEqual({ decision: 'block', reason: beginning + text })
})

test.each(['hermes', 'openclaw'] as const)('%s: the plugin puts it in place', (host) => {
  expect(of(host, shell, 'after')).toEqual({ result: shell })
})
