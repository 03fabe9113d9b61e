import { expect, test } from 'vitest'
import { asFault, Fault, faultBody, faultStatus } from './errors.ts'

test('every code has a status of a refusal or a failure', () => {
  for (const [code, status] of Object.entries(faultStatus))
    expect([code, status >= 400 && status < 600]).toEqual([code, true])
})

test('the body holds what is public and nothing of the cause', () => {
  const cause = new Error('select * from secret')
  const fault = new Fault('conflict', 'No.', { details: ['a: b'], data: { status: 'open' }, cause, retryAfter: 2 })
  expect(fault.status).toBe(409)
  expect(fault.cause).toBe(cause)
  expect(faultBody(fault, 'req_1')).toEqual({
    error: 'No.',
    code: 'conflict',
    details: ['a: b'],
    status: 'open',
    request_id: 'req_1',
  })
})

test('no data of a handler can replace the error, its code or the request id', () => {
  const fault = new Fault('conflict', 'No.', { data: { error: 'x', code: 'y', request_id: 'z' } })
  expect(faultBody(fault, 'req_1')).toEqual({ error: 'No.', code: 'conflict', request_id: 'req_1' })
})

test.each([[new Error('secret')], ['text'], [undefined], [null], [{ code: 'not_found' }]])(
  '%s is told as an internal error',
  (thrown) => {
    expect(faultBody(asFault(thrown), 'r')).toEqual({
      error: 'Internal server error',
      code: 'internal',
      request_id: 'r',
    })
    expect(asFault(thrown).cause).toBe(thrown)
  },
)
