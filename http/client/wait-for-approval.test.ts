import { afterEach, expect, test } from 'vitest'
import {
  ApprovalDeniedError,
  ApprovalExpiredError,
  Connection,
  GuardBlockedError,
  WritError,
  type WaitOptions,
} from './index.ts'
import { frame, noStream, scriptedServer, streaming, type ScriptedServer } from './test-script.ts'
import { waitForApproval } from './wait-for-approval.ts'

let server: ScriptedServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const row = (more: object) => ({
  action_id: 'act_1',
  status: 'pending_approval',
  approved_by: null,
  error_message: null,
  ...more,
})
const approved = row({ status: 'running', approved_by: 'key_1' })

async function wait(script: Parameters<typeof scriptedServer>, options: WaitOptions = {}): Promise<unknown> {
  server = await scriptedServer(...script)
  return waitForApproval(new Connection({ baseUrl: server.url }), 'act_1', {
    timeout: 3000,
    interval: 10,
    ...options,
  }).catch((error: unknown) => error)
}

test('a frame that says approved ends the wait; the action is read when the stream opens and at the end', async () => {
  const text = frame('action.updated', approved)
  const pieces = [frame('connected', { status: 'ok' }), ': heartbeat\n\n', text.slice(0, 30), text.slice(30)]
  const result = await wait([streaming(...pieces), [row({}), approved]])
  expect(result).toMatchObject({ action: { approved_by: 'key_1' } })
  expect(server?.seen).toEqual(['/api/stream', '/api/actions/act_1', '/api/actions/act_1'])
})

test('frames of other actions, other events and broken data are passed over', async () => {
  const other = row({ action_id: 'act_2', status: 'failed' })
  const pieces = [
    frame('action.updated', other),
    frame('action.created', row({ status: 'failed' })),
    'event: action.updated\ndata: {no\n\n',
  ]
  expect(await wait([streaming(...pieces, frame('action.updated', approved)), [row({}), approved]])).toMatchObject({
    action: approved,
  })
})

test('issue 2: what was settled before the stream opened is told at once', async () => {
  const quiet = streaming(frame('connected', {}))
  expect(await wait([quiet, [approved]])).toMatchObject({ action: approved })
  expect(await wait([quiet, [row({ status: 'failed', error_message: 'no' })]])).toBeInstanceOf(ApprovalDeniedError)
  expect(await wait([quiet, [row({ status: 'expired' })]])).toBeInstanceOf(ApprovalExpiredError)
  expect(String(await wait([quiet, [row({ status: 'completed' })]]))).toContain('does not wait for an approval')
})

test('who approved is asked before how it stands: an approved act may have failed since', async () => {
  const failed = row({ status: 'failed', approved_by: 'key_1' })
  expect(await wait([streaming(frame('action.updated', failed)), [failed]])).toMatchObject({ action: failed })
})

test('a denial carries its reason and the status', async () => {
  const error = await wait([
    streaming(frame('action.updated', row({ status: 'failed', error_message: 'use staging' }))),
    [row({})],
  ])
  expect(error).toBeInstanceOf(ApprovalDeniedError)
  expect(error).toMatchObject({ name: 'ApprovalDeniedError', message: 'use staging', decision: 'failed' })
  expect(await wait([noStream, [row({}), row({ status: 'cancelled' })]])).toMatchObject({ decision: 'cancelled' })
})

test('an expiry is not told as a denial', async () => {
  const error = await wait([streaming(frame('action.updated', row({ status: 'expired' }))), [row({})]])
  expect(error).toBeInstanceOf(ApprovalExpiredError)
  expect(error).not.toBeInstanceOf(ApprovalDeniedError)
  expect(await wait([noStream, [row({ status: 'expired' })]])).toBeInstanceOf(ApprovalExpiredError)
})

test('a refused stream is a block', async () => {
  const decision = { decision: 'block', reason: 'halted' }
  const error = await wait([
    (_, response) => response.writeHead(403).end(JSON.stringify({ error: 'no', decision })),
    [],
  ])
  expect(error).toBeInstanceOf(GuardBlockedError)
  expect(error).toMatchObject({ message: 'halted', decision })
})

test('without a stream it polls, tells once that it waits, and stops when approved', async () => {
  const told: string[] = []
  const result = await wait([noStream, [row({}), row({}), approved]], {
    onPending: ({ action_id }) => void told.push(action_id),
  })
  expect(result).toMatchObject({ action: approved })
  expect(told).toEqual(['act_1'])
})

test('a stream that ends goes over into polling', async () => {
  const ending: Parameters<typeof scriptedServer>[0] = (_, response) => {
    response.writeHead(200).end(frame('connected', {}))
  }
  expect(await wait([ending, [row({}), approved]])).toMatchObject({ action: approved })
})

test('an action that never waited is handed back as it is', async () => {
  const running = row({ status: 'running' })
  expect(await wait([noStream, [running]])).toMatchObject({ action: running })
})

test('an action that left the approval without one is an error', async () => {
  const error = await wait([noStream, [row({}), row({ status: 'completed' })]])
  expect(error).toBeInstanceOf(WritError)
  expect(String(error)).toContain('left pending_approval')
})

test('a timeout is its own error, after one last look', async () => {
  const error = await wait([streaming(frame('connected', {})), [row({})]], { timeout: 80 })
  expect(error).toMatchObject({ code: 'timeout', message: 'Timed out waiting for approval of action act_1' })
  expect(await wait([streaming(frame('connected', {})), [row({}), approved]], { timeout: 80 })).toMatchObject({
    action: approved,
  })
})

test('the caller can end the wait, on the stream and between two polls', async () => {
  for (const stream of [streaming(frame('connected', {})), noStream]) {
    const signal = AbortSignal.timeout(60)
    const error = await wait([stream, [row({})]], { signal, interval: 1000 })
    expect(error).toMatchObject({ name: 'TimeoutError' })
    await server?.close()
  }
})
