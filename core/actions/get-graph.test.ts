import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as assume } from '#core/assumptions/create.op'
import { invoke } from '#core/kernel/invoke'
import { create as openLoop } from '#core/loops/create.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { getGraph } from './get-graph.op.ts'
import { recorded } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 with parents, children, neighbours, assumptions and loops around the root', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const parent = await recorded(ctx, { action_id: 'parent' })
  const root = await recorded(ctx, { action_id: 'root', parent_action_id: parent.action_id })
  const child = await recorded(ctx, { action_id: 'child', parent_action_id: root.action_id, agent_id: 'a2' })
  const near = await recorded(ctx, { action_id: 'near' })
  const about = { action_id: root.action_id }
  const { assumption_id } = await invoke(assume, ctx, { ...about, assumption: 'it exists' })
  const { loop_id } = await invoke(openLoop, ctx, { ...about, loop_type: 'review', description: 'look again' })
  const graph = await invoke(getGraph, ctx, about)
  expect(graph.rootActionId).toBe('root')
  expect(graph.nodes.filter((node) => node.isRoot).map((node) => node.id)).toEqual(['action:root'])
  const ids = [parent, root, child, near].map((action) => `action:${action.action_id}`)
  expect(graph.nodes.map((node) => node.id).toSorted()).toEqual(
    [...ids, `assumption:${assumption_id}`, `loop:${loop_id}`].toSorted(),
  )
  expect(graph.edges.map((edge) => edge.type).toSorted()).toEqual([
    'assumption_of',
    'loop_from',
    'parent_child',
    'parent_child',
    'related',
  ])
  const known = new Set(graph.nodes.map((node) => node.id))
  for (const edge of graph.edges) expect([known.has(edge.source), known.has(edge.target)]).toEqual([true, true])
})

test('a chain of parents ends after ten, a circle ends at all', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await recorded(ctx, { action_id: 'c0', parent_action_id: 'c2', agent_id: 'g0' })
  await recorded(ctx, { action_id: 'c1', parent_action_id: 'c0', agent_id: 'g1' })
  await recorded(ctx, { action_id: 'c2', parent_action_id: 'c1', agent_id: 'g2' })
  expect((await invoke(getGraph, ctx, { action_id: 'c0' })).nodes).toHaveLength(3)
  for (let depth = 0; depth < 14; depth += 1) {
    await recorded(ctx, {
      action_id: `d${depth}`,
      agent_id: `agent ${depth}`,
      ...(depth ? { parent_action_id: `d${depth - 1}` } : {}),
    })
  }
  const { nodes } = await invoke(getGraph, ctx, { action_id: 'd13' })
  expect(nodes).toHaveLength(11)
})

test('a key bound to one agent sees only its own nodes', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await recorded(ctx, { action_id: 'root' })
  await recorded(ctx, { action_id: 'other', parent_action_id: 'root', agent_id: 'a2' })
  const { nodes, edges } = await invoke(getGraph, await org.as('member', { agentId: 'a1' }), { action_id: 'root' })
  expect(nodes.map((node) => node.id)).toEqual(['action:root'])
  expect(edges).toEqual([])
})

test('404 across orgs, and no node of another org that uses the same ids', async () => {
  const org = await testOrg(server.runtime)
  const mine = await org.as('member')
  const theirs = await (await testOrg(server.runtime)).as('member')
  await recorded(mine, { action_id: 'shared' })
  await expect(invoke(getGraph, theirs, { action_id: 'shared' })).rejects.toMatchObject({ code: 'not_found' })
  await recorded(theirs, { action_id: 'child', parent_action_id: 'shared' })
  expect((await invoke(getGraph, mine, { action_id: 'shared' })).nodes).toHaveLength(1)
})
