import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { list } from './list.op.ts'
import { report } from './report.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const seam = {
  machine: 'box',
  host: 'codex',
  seam: 'hook (user)',
  version: '0.171.0',
  outcome: 'advisory' as const,
  detail: 'refused',
}

test('200: the newest word on a seam stands, also of parallel reports', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await Promise.all(
    Array.from({ length: 8 }, () => invoke(report, ctx, { seams: [seam, { ...seam, host: 'claude-code' }] })),
  )
  await invoke(report, ctx, { seams: [{ ...seam, outcome: 'dead', detail: 'it ran' }] })
  const { seams } = await invoke(list, ctx, {})
  expect(seams.map(({ host, outcome }) => [host, outcome])).toEqual([
    ['codex', 'dead'],
    ['claude-code', 'advisory'],
  ])
})

test('400 for another outcome, for no seam, and for text that is not one line', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  for (const wrong of [
    { seams: [] },
    { seams: [{ ...seam, outcome: 'fine' }] },
    { seams: [{ ...seam, machine: 'a\nb' }] },
  ]) {
    await expect(invoke(report, ctx, wrong)).rejects.toMatchObject({ status: 400 })
  }
})
