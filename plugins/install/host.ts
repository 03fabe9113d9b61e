import type { Entries, Part } from './part.ts'
import type { HostName, Machine, Place, Scope } from './place.ts'

/** One file that an install touches. */
export interface Target {
  readonly path: string
  /** What of ours stands in it, by the name the receipt keeps; `own` is a file that is ours from end to end. */
  readonly part: string
  /** The whole text of an own file. */
  readonly text?: string
  /** Permissions of a new file. */
  readonly mode: number
  /** Somebody else's file of this name stays, and ours is left away. */
  readonly yields?: true
}

/** Everything to know about one client. */
export interface Host {
  readonly name: HostName
  readonly title: string
  readonly scopes: readonly Scope[]
  /** The name of its program, for its version. */
  readonly program: string | null
  /** Whether its tool calls are governed, and how long it lets a call wait at most. */
  readonly hooks: { readonly longestWait: number } | null
  readonly parts: Readonly<Record<string, Part>>
  /** Its files in this place, in the order in which they are written. */
  targets(machine: Machine, place: Place, entries: Entries): Target[]
}
