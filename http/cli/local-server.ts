import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from '#core/kernel/config'
import { Fault } from '#core/kernel/errors'
import { insertKey, keyCache } from '#core/keys/index'
import { FIRST_ORG } from '#core/orgs/index'
import { ListenError } from '../listen.ts'
import type { RunningServer } from '../serve.ts'
import { CliError } from './failure.ts'
import { saveAgentKey, savedAgentKey } from './save-keys.ts'
import { runningServer } from './server-file.ts'
import { startOn } from './serve-run.ts'

const PATIENCE_MS = 20_000
const WATCH_MS = 1000

/**
 * The server behind `writ mcp` when none is named. Of several programs on one data directory one serves and the
 * others use it; when that one ends, another takes over at the same address.
 */
export class LocalServer {
  readonly url: string
  readonly apiKey: string
  readonly #settings: Settings
  #own: RunningServer | undefined
  #watch: NodeJS.Timeout | undefined
  #closed = false

  private constructor(settings: Settings, apiKey: string, at: { url: string; own?: RunningServer }) {
    this.#settings = settings
    this.url = at.url
    this.apiKey = apiKey
    this.#own = at.own
    if (at.own === undefined) this.#watchOther()
  }

  static async open(settings: Settings, given: string | undefined): Promise<LocalServer> {
    const started = performance.now()
    for (;;) {
      const running = runningServer(settings)
      if (running !== null && (await isHealthy(running.url))) {
        return new LocalServer(settings, keyForForeign(settings, running.url, given), running)
      }
      const own = await tryStart(settings)
      if (own !== null)
        return new LocalServer(settings, given ?? (await keyForOwn(settings, own)), { url: own.url, own })
      if (performance.now() - started > PATIENCE_MS) {
        throw new CliError(
          'Another program holds the data directory, but its server does not answer. Set WRIT_URL to a server.',
        )
      }
      await sleep(300)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#watch)
    await this.#own?.close()
  }

  #watchOther(): void {
    if (this.#closed || this.#own !== undefined) return
    this.#watch = setTimeout(() => void this.#takeOver().finally(() => this.#watchOther()), WATCH_MS).unref()
  }

  /** Open approvals and the record live in the data, so a new server on the same data is the same server. */
  async #takeOver(): Promise<void> {
    const running = runningServer(this.#settings)
    if (running !== null && (await isHealthy(running.url))) return
    const port = Number(new URL(this.url).port)
    const own = await tryStart({ ...this.#settings, port }, false).catch(() => null)
    if (own === null) return
    this.#own = own
    if (this.#closed) await own.close()
  }
}

/** Null when another program has the data directory. */
async function tryStart(settings: Settings, anyPort = true): Promise<RunningServer | null> {
  try {
    return await startOn(settings, false)
  } catch (error) {
    if (error instanceof ListenError && anyPort && settings.port !== 0) return tryStart({ ...settings, port: 0 })
    if (error instanceof Fault && error.message.includes('is in use by')) return null
    throw error
  }
}

function keyForForeign(settings: Settings, url: string, given: string | undefined): string {
  const key = given ?? savedAgentKey(settings)
  if (key !== undefined) return key
  throw new CliError(`A server runs at ${url}. Set WRIT_API_KEY to an agent key of it; its first start printed one.`)
}

async function keyForOwn(settings: Settings, own: RunningServer): Promise<string> {
  const saved = savedAgentKey(settings)
  if (saved !== undefined && (await isKey(own, saved))) return saved
  const secret = own.first?.agent.secret ?? (await mintAgentKey(own))
  saveAgentKey(settings, secret)
  // Standard output belongs to the protocol.
  const admin = own.first === null ? '' : `Admin key, shown this once: ${own.first.admin.secret}\n`
  process.stderr.write(`Writ serves at ${own.url}. Its agent key is kept in ${settings.home}.\n${admin}`)
  return secret
}

async function isKey({ runtime }: RunningServer, secret: string): Promise<boolean> {
  return runtime
    .use(keyCache)
    .actorOf(secret)
    .then(
      () => true,
      () => false,
    )
}

async function mintAgentKey({ runtime }: RunningServer): Promise<string> {
  const by = { orgId: FIRST_ORG, principalId: 'system:local' }
  const draft = { name: 'Agents on this machine', role: 'member' as const }
  return runtime.db.transaction().execute(async (trx) => (await insertKey(trx, by, runtime.now(), draft)).secret)
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}
