import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { isDecisionId, newDecisionId, newId, uuidv7 } from './id.ts'

test('ids of one process are unique and in the order they were made, also within a millisecond', () => {
  const ids = Array.from({ length: 50_000 }, () => uuidv7())
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('they are version 7 of RFC 9562, carry the time, and stay in order when the clock goes back', () => {
  const ahead = Date.now() + 10_000
  const first = uuidv7(ahead)
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt(first.replaceAll('-', '').slice(0, 12), 16)).toBe(ahead)
  expect(uuidv7(ahead - 5000) > first).toBe(true)
})

test('two threads that start at once make no id twice', async () => {
  const source = `const { parentPort } = require('node:worker_threads')
    import(${JSON.stringify(new URL('./id.ts', import.meta.url).href)}).then(({ uuidv7 }) =>
      parentPort.postMessage(Array.from({ length: 20000 }, () => uuidv7())))`
  const make = (): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(source, { eval: true })
      worker.on('message', resolve).on('error', reject)
    })
  const ids = (await Promise.all([make(), make()])).flat()
  expect(new Set(ids).size).toBe(40_000)
})

test('a guard decision can never be taken for an action', () => {
  expect(newId('act')).toMatch(/^act_[0-9a-f-]{36}$/)
  expect(isDecisionId(newId('act'))).toBe(false)
  expect(isDecisionId(newDecisionId())).toBe(true)
  expect(new Set(Array.from({ length: 10_000 }, newDecisionId)).size).toBe(10_000)
})
