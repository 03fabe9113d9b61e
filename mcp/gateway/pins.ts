import { pinnedPart, unsound, type Checked, type Definition } from '#core/tool-pins/index'
import type { Json } from './message.rules.ts'
import { isUnavailable, type WritServer } from './writ-server.ts'

/** How one tool of the wrapped server stands. `null`: it may be shown and called. */
export type Quarantine = { readonly why: string } | null

export interface PinOptions {
  readonly server: string
  readonly unavailable: 'refuse' | 'allow'
  readonly program: string
  readonly tell: (line: string) => void
  /** All tools of the wrapped server, as it lists them now. */
  readonly list: (signal: AbortSignal) => Promise<readonly Json[]>
}

/** Limits of one request to Writ. */
const MAX_TOOLS = 100
const MAX_CHARS = 1_000_000
/** Definitions remembered, so that a server that was seen before can be used while Writ is away. */
const MAX_KNOWN = 5000

/** The definitions of the wrapped server's tools, and what Writ says of each. */
export class Pins {
  readonly #writ: WritServer
  readonly #options: PinOptions
  /** By definition: what Writ said last. */
  readonly #known = new Map<string, Quarantine>()
  /** By name: what the server listed last. */
  #listed = new Map<string, readonly Json[]>()
  #changes = 0
  #readAt = -1
  #reading: Promise<void> | undefined

  constructor(writ: WritServer, options: PinOptions) {
    this.#writ = writ
    this.#options = options
  }

  /** The server said that its tools changed. */
  changed(): void {
    this.#changes += 1
  }

  /** How each tool of a list stands, in its order. */
  async check(tools: readonly Json[], signal: AbortSignal): Promise<readonly Quarantine[]> {
    const verdicts = await this.#verdicts(tools, signal)
    const byName = Map.groupBy(tools, ({ name }) => String(name))
    for (const [name, definitions] of byName) this.#listed.set(name, definitions)
    return verdicts
  }

  /** How a tool stands that is about to be called. */
  async standing(name: string, signal: AbortSignal): Promise<Quarantine> {
    if (this.#readAt !== this.#changes || !this.#listed.has(name)) await this.#readAll(signal)
    const definitions = this.#listed.get(name)
    if (definitions === undefined) return { why: `"${name}" is not among the tools that the server lists.` }
    const known = definitions.map((one) => this.#known.get(keyOf(one)))
    // Asked again: an admin may have approved it meanwhile.
    const verdicts = known.every((one) => one === null) ? [] : await this.#verdicts(definitions, signal)
    return verdicts.find((one) => one !== null) ?? null
  }

  /** One reading serves all callers that come while it runs, so it is nobody's to cancel. */
  #readAll(signal: AbortSignal): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined))
    const gone = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    return Promise.race([this.#reading, gone])
  }

  async #read(): Promise<void> {
    const changes = this.#changes
    const signal = AbortSignal.timeout(READ_MS)
    const tools = await this.#options.list(signal)
    this.#listed = new Map()
    await this.check(tools, signal)
    this.#readAt = changes
  }

  async #verdicts(tools: readonly Json[], signal: AbortSignal): Promise<readonly Quarantine[]> {
    const verdicts = tools.map((tool): Quarantine => unsoundness(tool))
    const sound = [...tools.entries()].filter(([index]) => verdicts[index] === null)
    for (const some of portions(sound)) {
      const answers = await this.#ask(
        some.map(([, tool]) => tool),
        signal,
      )
      for (const [position, [index]] of some.entries()) verdicts[index] = answers[position] ?? null
    }
    return verdicts
  }

  async #ask(tools: readonly Json[], signal: AbortSignal): Promise<readonly Quarantine[]> {
    try {
      const checked = await this.#writ.checkTools(this.#options.server, tools.map(pinnedPart) as Definition[], signal)
      if (checked.length !== tools.length) throw new Error('Writ did not answer about every tool.')
      const verdicts = checked.map((one) => this.#verdict(one))
      if (this.#known.size > MAX_KNOWN) this.#known.clear()
      for (const [index, tool] of tools.entries()) this.#known.set(keyOf(tool), verdicts[index] ?? null)
      return verdicts
    } catch (thrown) {
      if (!isUnavailable(thrown)) throw thrown
      const remembered = tools.map((tool) => this.#known.get(keyOf(tool)))
      if (remembered.every((one) => one !== undefined)) return remembered
      if (this.#options.unavailable === 'refuse') throw thrown
      this.#options.tell(`the tools were not checked: ${thrown.message}`)
      return remembered.map((one) => one ?? null)
    }
  }

  #verdict({ name, status, reasons, pin_id: id }: Checked): Quarantine {
    if (status !== 'quarantined') return null
    const next = id === null ? '' : ` An admin approves it with: ${this.#options.program} tools approve ${id}`
    const why = `${reasons.map(({ detail }) => detail).join(' ')}${next}`
    this.#options.tell(`"${name}" is quarantined: ${why}`)
    return { why }
  }
}

const READ_MS = 30_000

const keyOf = (tool: Json): string => JSON.stringify(pinnedPart(tool))

function unsoundness(tool: Json): Quarantine {
  const problem = unsound(pinnedPart(tool))
  return problem === null ? null : { why: `It cannot be checked: ${problem}.` }
}

type Placed = readonly [index: number, tool: Json]

/** As many at once as one request holds. */
function portions(tools: readonly Placed[]): Placed[][] {
  const all: Placed[][] = []
  let room = 0
  for (const placed of tools) {
    const size = keyOf(placed[1]).length
    const last = all.at(-1)
    if (last === undefined || last.length >= MAX_TOOLS || size > room) {
      all.push([placed])
      room = MAX_CHARS - size
    } else {
      last.push(placed)
      room -= size
    }
  }
  return all
}
