import { makeSetupLink } from '#core/accounts/index'
import { startJobs } from '#core/jobs'
import type { Settings } from '#core/kernel/config'
import type { Log } from '#core/kernel/log'
import type { Runtime } from '#core/kernel/runtime'
import { ensureFirstOrg } from '#core/orgs/index'
import { operations } from '#core/registry.gen'
import { started, version } from '#core/system/index'
import { mcpListener } from '#mcp/streamable'
import { createApp } from './app.ts'
import { eventSources } from './event-payloads.ts'
import { listen } from './listen.ts'
import { openRuntime } from './open-runtime.ts'
import { ownAddress } from './own-address.ts'
import { openPages } from './pages.ts'

export interface ServeOptions {
  readonly settings: Settings
  readonly log: Log
  /** Stop on SIGTERM and SIGINT. False where the server lives inside another program. */
  readonly signals?: boolean
}

export interface RunningServer {
  readonly url: string
  readonly runtime: Runtime
  /** The first keys, on the start that made them: to be shown once. */
  readonly first: Awaited<ReturnType<typeof ensureFirstOrg>>
  /** Where the first person makes their account, once; null when there is one. A new link on every start until then. */
  readonly setupUrl: string | null
  /** Finishes what runs, closes streams, jobs and the database. Safe to call twice. */
  close(): Promise<void>
}

/** Opens the database, brings its schema up to date, and serves. What was opened is closed again when a step fails. */
export async function startServer({ settings, log, signals = true }: ServeOptions): Promise<RunningServer> {
  const opened = await openRuntime(settings, log)
  const { runtime } = opened
  const stopping: (() => Promise<void> | void)[] = [() => opened.close()]
  const close = once(async () => {
    for (const stop of stopping.toReversed()) await stop()
  })
  try {
    runtime.use(started)
    const parts = { operations, version, events: eventSources, mcp: mcpListener(runtime), pages: openPages() }
    const app = createApp(runtime, parts)
    const listening = await listen(app.listener, { host: settings.host, port: settings.port, upgrades: app.upgrades })
    runtime.use(ownAddress).listensOn(listening.url)
    stopping.push(async () => {
      app.drain()
      await listening.stop(settings.shutdown_seconds)
    })
    // After the port is ours: keys made by a start that then fails would never be shown to anybody.
    const first = await ensureFirstOrg(runtime)
    const jobs = startJobs(runtime)
    stopping.push(() => jobs.stop())
    if (signals) stopping.push(closeOnSignals(log, close))
    const url = settings.public_url ?? listening.url
    const token = await makeSetupLink(runtime)
    return { url, runtime, first, setupUrl: token === null ? null : `${url}/setup?token=${token}`, close }
  } catch (error) {
    await close()
    throw error
  }
}

function closeOnSignals(log: Log, close: () => Promise<void>): () => void {
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping')
    close().catch((error: unknown) => {
      log.error({ err: error }, 'could not stop cleanly')
      process.exitCode = 1
    })
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
  return () => void process.off('SIGTERM', stop).off('SIGINT', stop)
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= run())
}
