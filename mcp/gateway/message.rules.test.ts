import { expect, test } from 'vitest'
import { answerTo, asJudged, envelopeOf, idKey, messagesIn, namesOneId, type Message } from './message.rules.ts'

const messageIn = (line: string): Message => messagesIn(line)?.[0] ?? {}
const judged = (line: string): string => asJudged(line, messageIn(line))

test.each([
  ['what programs write, byte for byte', '{"a":"\u2028é","n":[1,2.5],"o":{}}', '{"a":"\u2028é","n":[1,2.5],"o":{}}'],
  [
    'numbers with all their digits',
    '{"a":1.0,"b":12345678901234567890,"c":1e400,"d":-0}',
    '{"a":1.0,"b":12345678901234567890,"c":1e400,"d":-0}',
  ],
  ['one key twice as it was judged', '{"id":1,"method":"a","method":"b"}', '{"id":1,"method":"b"}'],
  ['other spellings in one', '{ "a" : "\\u00e9" }', '{"a":"é"}'],
])('passed on: %s', (_, line, expected) => {
  expect(judged(line)).toBe(expected)
})

test.each([
  [1, '1'],
  [1, ' 1 '],
  [16, '0x10'],
])('the ids %j and %j are one, as clients compare them', (one, other) => {
  expect(idKey(one)).toBe(idKey(other))
})

test('other ids are others', () => {
  expect(new Set([1, 2, 'a', '', null, '1a'].map(idKey)).size).toBe(6)
})

test('an answer is to the request as the client named it', () => {
  const line = '{"id":"7","result":{"n":1.0}}'
  expect(answerTo(7, line, messageIn(line))).toBe('{"id":7,"result":{"n":1.0}}')
})

test.each([
  ['{"id":1,"result":{"id":2,"rows":[{"id":3}]}}', true],
  ['{"id":1,"result":{"text":"say \\"id\\":5, {"}}', true],
  ['{"id":1,"id":2,"result":{}}', false],
  ['{"id":1,"\\u0069d":2,"result":{}}', false],
  ['{"result":{"a":[{"id":4}]},"id":1,"id":1}', false],
])('%s names one id: %s', (line, expected) => {
  expect(namesOneId(line)).toBe(expected)
})

test.each(['{', '[]', '[1]', '"a"', 'null', ''])('%j is no message', (line) => {
  expect(messagesIn(line)).toBeNull()
})

test('what a request of protocol 2026-07-28 says about its client, and only that', () => {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'x' },
    progressToken: 1,
  }
  expect(envelopeOf({ params: { _meta: meta } })).toEqual({
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'x' },
  })
  expect(envelopeOf({ params: { _meta: { progressToken: 1 } } })).toBeUndefined()
})
