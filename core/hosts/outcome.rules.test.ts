import { expect, test } from 'vitest'
import { outcomeOf } from './outcome.rules.ts'

const nothing = {
  host: 'claude-code',
  event: 'PostToolUse',
  response: undefined,
  error: undefined,
  interrupted: false,
} as const

test.each([
  ['text of a shell', { response: { stdout: 'ok', stderr: '', interrupted: false } }, { failed: false, text: 'ok' }],
  [
    'content blocks',
    {
      response: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    },
    { failed: false, text: 'a\nb' },
  ],
  [
    'an exit code',
    { response: { exit_code: 2, stderr: 'boom' } },
    { failed: true, errorType: 'runtime', text: 'boom' },
  ],
  [
    'an MCP error',
    { response: { isError: true, content: [{ text: 'no such file' }] } },
    { failed: true, errorType: 'not_found' },
  ],
  [
    'a failure event',
    { event: 'PostToolUseFailure', error: 'EACCES: denied' },
    { failed: true, errorType: 'permission' },
  ],
  ['a failure event without words', { event: 'PostToolUseFailure' }, { failed: true, errorType: 'runtime' }],
  ['a time limit', { error: 'Command timed out after 120s' }, { failed: true, errorType: 'timeout' }],
  ['an interruption', { response: { stdout: '', interrupted: true } }, { failed: true, errorType: 'interrupted' }],
  ['a shell that said nothing', { response: { stdout: '', stderr: '' } }, { failed: false, text: '' }],
  ['nothing at all', {}, { failed: false, errorType: null, text: '' }],
])('%s', (_, given, seen) => {
  expect(outcomeOf({ ...nothing, ...given })).toMatchObject(seen)
})
