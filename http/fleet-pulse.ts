import { changedAgents } from '#core/fleet/changed'
import type { Runtime } from '#core/kernel/runtime'
import { frame, type Frame } from './frames.rules.ts'

const EVERY_MS = 1000
/** Events that were taken by now may be committed a little later. */
const LATE_MS = 3000
/** Looking takes at most this share of the time, however many agents there are. */
const SHARE = 0.05

/** Looks for agents of one org that changed, while anybody listens, and tells what they are doing now. */
export class FleetPulse {
  readonly #runtime: Runtime
  readonly #orgId: string
  readonly #tell: (frames: readonly Frame[]) => void
  #since: Date
  #told = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(runtime: Runtime, orgId: string, tell: (frames: readonly Frame[]) => void) {
    this.#runtime = runtime
    this.#orgId = orgId
    this.#tell = tell
    this.#since = runtime.now()
    this.#wait(EVERY_MS)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #wait(ms: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.#look(), ms)
    this.#timer.unref()
  }

  async #look(): Promise<void> {
    const started = performance.now()
    const at = this.#runtime.now()
    try {
      const agents = await changedAgents(this.#runtime, this.#orgId, new Date(this.#since.getTime() - LATE_MS))
      this.#since = at
      if (this.#stopped) return
      const now = new Map(agents.map((agent) => [agent.agent_id, JSON.stringify(agent)]))
      const fresh = agents.filter(({ agent_id: id }) => now.get(id) !== this.#told.get(id))
      this.#told = now
      this.#tell(fresh.map((agent) => frame('agent.changed', agent)))
    } catch (error) {
      this.#runtime.log.debug({ err: error, org: this.#orgId }, 'the fleet could not be looked at; it is tried again')
    }
    this.#wait(Math.max(EVERY_MS, (performance.now() - started) / SHARE))
  }
}
