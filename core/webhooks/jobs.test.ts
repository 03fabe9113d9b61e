import { expect, test } from 'vitest'
import { testOrg, testRuntime } from '#core/testing/context'
import { deliverWebhooks, sweepDeliveries } from './jobs.ts'
import { webhookSender } from './sender.ts'
import { emit, hooked, logOf, outside, receiver } from './test-receiver.ts'

test('the job delivers; of the log what was settled goes after a month, what waits stays', async () => {
  const server = await testRuntime(outside())
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const at = await receiver((response, { body }) => response.writeHead(body.includes('task_0') ? 500 : 200).end())
  const { webhook_id } = (await hooked(ctx, at.url)).webhook
  await emit(ctx, 2)
  await deliverWebhooks(server.runtime)
  await server.runtime.use(webhookSender).idle()
  server.advance(29 * 86_400_000)
  await sweepDeliveries(server.runtime, 100)
  expect(await logOf(ctx, webhook_id)).toHaveLength(2)
  server.advance(2 * 86_400_000)
  await sweepDeliveries(server.runtime, 100)
  expect(await logOf(ctx, webhook_id)).toMatchObject([{ state: 'pending' }])
  await at.close()
  await server.close()
})
