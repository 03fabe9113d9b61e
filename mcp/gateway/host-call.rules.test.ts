import { expect, test } from 'vitest'
import { hostCallIn } from './host-call.rules.ts'

const asked = (meta: unknown) => ({ params: { name: 'x', arguments: { _meta: { callId: 'no' } }, _meta: meta } })
const turn = { session_id: 's', turn_id: 't' }

test.each([
  [
    'Claude Code',
    { 'claudecode/toolUseId': 'toolu_1', progressToken: 2 },
    'here',
    { host: 'claude-code', session_id: 'here', tool_use_id: 'toolu_1' },
  ],
  ['Claude Code that did not start this', { 'claudecode/toolUseId': 'toolu_1' }, undefined, null],
  [
    'Codex',
    { callId: 'call_1', sessionId: 's', 'x-codex-turn-metadata': turn },
    'here',
    { host: 'codex', session_id: 's', tool_use_id: 'call_1' },
  ],
  ['half of Codex', { callId: 'call_1', 'x-codex-turn-metadata': turn }, undefined, null],
  ['another client', { progressToken: 1 }, 'here', null],
  ['none', undefined, 'here', null],
  ['no object', 'x', 'here', null],
])('%s', (_, meta, session, expected) => {
  expect(hostCallIn(asked(meta), session)).toEqual(expected)
})
