import { expect, test } from 'vitest'
import { Turns, TurnTimeout } from './turns.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('shared turns run together; one alone waits for them and holds the later ones back', async () => {
  const turns = new Turns(1_000)
  const order: string[] = []
  const enter = async (name: string, alone: boolean) => {
    const release = await (alone ? turns.alone() : turns.shared())
    order.push(name)
    return release
  }
  const [one, two] = await Promise.all([enter('one', false), enter('two', false)])
  const alone = enter('alone', true)
  const late = enter('late', false)
  one()
  await settled()
  expect(order).toEqual(['one', 'two'])
  two()
  const releaseAlone = await alone
  await settled()
  expect(order).toEqual(['one', 'two', 'alone'])
  releaseAlone()
  const releaseLate = await late
  releaseLate()
  expect(order).toEqual(['one', 'two', 'alone', 'late'])
})

test('a turn given back twice does not let two in', async () => {
  const turns = new Turns(1_000)
  const first = await turns.alone()
  first()
  const second = await turns.alone()
  first()
  let entered = false
  void turns.alone().then(() => (entered = true))
  await settled()
  expect(entered).toBe(false)
  second()
  await settled()
  expect(entered).toBe(true)
})

test('who waits too long is told so, and those behind go on', async () => {
  const turns = new Turns(20)
  const holder = await turns.shared()
  const impatient = turns.alone()
  const behind = turns.shared()
  await expect(impatient).rejects.toBeInstanceOf(TurnTimeout)
  holder()
  await expect(behind).resolves.toBeTypeOf('function')
})
