import { classifyPath } from '#core/evidence/index'
import { foldType, riskOf, typesOf, type Facts } from './facts.ts'
import type { Enforced } from './kind.ts'

/** The part of a compiled policy that the index sorts by. */
export interface Indexed {
  readonly agentIds: readonly string[] | null
  readonly enforced: Enforced
}

/** Policies of one action type and agent, by what keeps them from firing. */
interface Lane<P> {
  readonly plain: P[]
  /** Ascending by risk, so that a walk ends at the first one out of reach. */
  readonly byRisk: { readonly risk: number; readonly policy: P }[]
  /** By a key that a matching path must have, see `requiredKey`. */
  readonly byPathKey: Map<string, P[]>
  readonly anyPath: P[]
}

interface Shelf<P> {
  readonly anyAgent: Lane<P>
  readonly byAgent: Map<string, Lane<P>>
  /** Agent-scoped policies in one lane: they all apply to a caller that gives no agent id. */
  readonly scoped: Lane<P>
}

export interface PolicyIndex<P> {
  readonly anyType: Shelf<P>
  readonly byType: ReadonlyMap<string, Shelf<P>>
  readonly readsPaths: boolean
}

const lane = <P>(): Lane<P> => ({ plain: [], byRisk: [], byPathKey: new Map(), anyPath: [] })
const shelf = <P>(): Shelf<P> => ({ anyAgent: lane(), byAgent: new Map(), scoped: lane() })

function at<P>(map: Map<string, P>, key: string, create: () => P): P {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}

const NAME = /^[\p{L}\p{N}._-]{1,120}$/u
const EXTENSION = /^\*\.[\p{L}\p{N}_-]{1,60}$/u
const MAX_PATHS_KEPT = 5_000

/**
 * A key that every path matched by the pattern has, folded: the name of a folder or file in it, or `*.ext` for a part
 * that ends so. Null when there is none for certain; parts behind a second `**` are not certain.
 */
function requiredKey(pattern: string): string | null {
  const segments = classifyPath(pattern).normalised.toLowerCase().split('/')
  const second = segments.indexOf('**', segments.indexOf('**') + 1)
  const sure = second === -1 ? segments : segments.slice(0, second)
  const named = sure.findLast((part) => NAME.test(part) && part !== '.' && part !== '..')
  return named ?? sure.findLast((part) => EXTENSION.test(part)) ?? null
}

const keysByPath = new Map<string, readonly string[]>()

/** The keys under which a path is found. Agents name the same paths again and again, so they are kept. */
function keysOf(path: string): readonly string[] {
  const known = keysByPath.get(path)
  if (known !== undefined) return known
  const parts = classifyPath(path).normalised.toLowerCase().split('/')
  const keys = parts.flatMap((part) => [part, `*${part.slice(part.lastIndexOf('.'))}`])
  if (keysByPath.size >= MAX_PATHS_KEPT) keysByPath.clear()
  if (path.length <= 1024) keysByPath.set(path, keys)
  return keys
}

function place<P extends Indexed>(into: Lane<P>, policy: P): void {
  const { minRisk, paths } = policy.enforced.keys
  if (minRisk !== undefined) {
    into.byRisk.push({ risk: minRisk, policy })
  } else if (paths !== undefined) {
    const keys = paths.filter((pattern) => !pattern.trim().startsWith('!')).map(requiredKey)
    if (keys.includes(null)) into.anyPath.push(policy)
    else for (const key of new Set(keys)) if (key !== null) at(into.byPathKey, key, () => []).push(policy)
  } else into.plain.push(policy)
}

function shelve<P extends Indexed>(onto: Shelf<P>, policy: P): void {
  if (policy.agentIds === null) return place(onto.anyAgent, policy)
  for (const agent of new Set(policy.agentIds)) place(at(onto.byAgent, agent, lane<P>), policy)
  place(onto.scoped, policy)
}

/** Files every policy under its action types and agents. */
export function buildIndex<P extends Indexed>(policies: readonly P[]): PolicyIndex<P> {
  const anyType = shelf<P>()
  const byType = new Map<string, Shelf<P>>()
  for (const policy of policies) {
    const types = policy.enforced.keys.actionTypes ?? []
    if (types.length === 0) shelve(anyType, policy)
    else for (const type of new Set(types.map(foldType))) shelve(at(byType, type, shelf<P>), policy)
  }
  for (const one of [anyType, ...byType.values()]) {
    for (const each of [one.anyAgent, one.scoped, ...one.byAgent.values()]) each.byRisk.sort((a, b) => a.risk - b.risk)
  }
  return { anyType, byType, readsPaths: policies.some((policy) => policy.enforced.keys.paths !== undefined) }
}

function pathKeys(facts: Facts): Iterable<string> | null {
  const paths = facts.target === null ? facts.writePaths : [facts.target, ...facts.writePaths]
  if (paths.length < 2) return paths[0] === undefined ? null : keysOf(paths[0])
  return new Set(paths.flatMap(keysOf))
}

/** Visits each policy that may fire on these facts; all others cannot. A policy may be visited more than once. */
export function visitCandidates<P>(index: PolicyIndex<P>, facts: Facts, visit: (policy: P) => void): void {
  const risk = riskOf(facts)
  const keys = index.readsPaths ? pathKeys(facts) : null
  const walk = (from: Lane<P>): void => {
    for (const policy of from.plain) visit(policy)
    for (const entry of from.byRisk) {
      if (entry.risk > risk) break
      visit(entry.policy)
    }
    if (keys === null) return
    for (const policy of from.anyPath) visit(policy)
    if (from.byPathKey.size === 0) return
    for (const key of keys) for (const policy of from.byPathKey.get(key) ?? []) visit(policy)
  }
  const walkShelf = (from: Shelf<P>): void => {
    walk(from.anyAgent)
    if (facts.agentId === null) return walk(from.scoped)
    const own = from.byAgent.get(facts.agentId)
    if (own !== undefined) walk(own)
  }
  walkShelf(index.anyType)
  for (const type of typesOf(facts)) {
    const own = index.byType.get(type)
    if (own !== undefined) walkShelf(own)
  }
}
