import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withFixtures } from './fixture/wrap.ts'
import { failures, runConformance, type Report, type Revision } from './test-conformance.ts'
import type { Listening } from './test-port.ts'
import { keyAddingProxy } from './test-proxy.ts'
import { testServer, type TestServer } from './test-server.ts'

/** The scenarios that say something about any server, and do not need the suite's own tools. */
const profile: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': [
    'server-initialize',
    'ping',
    'tools-list',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
    'server-sse-multiple-streams',
    'server-session-lifecycle',
  ],
  '2026-07-28': [
    'server-stateless',
    'tools-list',
    'resources-list',
    'sep-2164-resource-not-found',
    'prompts-list',
    'dns-rebinding-protection',
    'caching',
    'server-sse-multiple-streams',
    'input-required-result-unsupported-methods',
    'http-header-validation',
  ],
}

/** Checks of `server-stateless` that call tools of the suite's own; the fixture build below passes them. */
const needFixtures = [
  'sep-2575-server-rejects-undeclared-capability',
  'sep-2575-missing-capability-http-400',
  'sep-2575-http-server-no-independent-requests-on-stream',
  'sep-2575-server-no-log-without-loglevel',
]

interface Served {
  readonly server: TestServer
  readonly proxy: Listening
}

async function served(wrap?: typeof withFixtures): Promise<Served> {
  const server = await testServer({}, wrap ? { wrap } : {})
  return { server, proxy: await keyAddingProxy(server.url, server.admin) }
}

async function stop({ server, proxy }: Served): Promise<void> {
  await proxy.close()
  await server.close()
}

describe.each(['2025-11-25', '2026-07-28'] as const)('the product, protocol %s', (revision) => {
  let running: Served
  let report: Report
  beforeAll(async () => {
    running = await served()
    report = (await runConformance(running.proxy.url, revision)).report
  })
  afterAll(() => stop(running))

  test.each(profile[revision])('passes %s', (scenario) => {
    const found = failures(report, scenario).filter((line) => !needFixtures.some((id) => line.startsWith(`${id}:`)))
    expect(found).toEqual([])
  })
})

test('the fixture build of the same stack passes everything 2026-07-28 requires', { timeout: 180_000 }, async () => {
  const running = await served(withFixtures)
  try {
    const { exitCode, report } = await runConformance(running.proxy.url, '2026-07-28')
    const unscored = /^(tasks-|json-schema-2020-12$|http-)/
    const required = [...report.keys()].filter((scenario) => !unscored.test(scenario))
    expect(required.flatMap((scenario) => failures(report, scenario))).toEqual([])
    expect(required).toHaveLength(37)
    expect(exitCode).toBe(0)
  } finally {
    await stop(running)
  }
})
