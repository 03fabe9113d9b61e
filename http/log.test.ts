import { expect, test } from 'vitest'
import { createLog } from './log.ts'

function logged(fields: object, message = 'm'): string {
  const lines: string[] = []
  createLog('debug', { write: (line: string) => void lines.push(line) }).info(fields, message)
  return lines.join('')
}

const KEY = `writ_live_${'a1B2'.repeat(8)}`

test.each<[string, object]>([
  ['x-api-key', { 'x-api-key': KEY }],
  ['authorization', { headers: { authorization: `Basic ${'q'.repeat(20)}SECRET` } }],
  ['a cookie', { req: { headers: { cookie: 'session=SECRET' } } }],
  ['set-cookie', { headers: { 'set-cookie': 'session=SECRET' } }],
  ['a secret', { made: { secret: 'SECRET' } }],
  ['settings', { settings: { admin_key: 'SECRET', llm_api_key: 'SECRET', database_url: 'SECRET' } }],
  ['a key inside text', { note: `the key ${KEY} was used` }],
  ['a bearer value inside an error', { err: new Error(`refused Bearer ${'abcdEFGH'.repeat(4)}SECRET`) }],
  ['the password of a connection string', { err: new Error('connect postgres://writ:SECRET@db:5432/writ failed') }],
])('%s never reaches the log', (_name, fields) => {
  const line = logged(fields)
  expect(line).not.toContain(KEY)
  expect(line).not.toContain('SECRET')
})

test('what is no secret stays readable, as one JSON line', () => {
  const line = logged({ request_id: 'req_1', code: 'conflict' }, 'operation refused')
  expect(JSON.parse(line)).toMatchObject({ level: 30, request_id: 'req_1', code: 'conflict', msg: 'operation refused' })
  expect(line.endsWith('\n')).toBe(true)
})

test('below its level nothing is written', () => {
  const lines: string[] = []
  createLog('warn', { write: (line: string) => void lines.push(line) }).info({}, 'm')
  expect(lines).toEqual([])
})
