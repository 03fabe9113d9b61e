import { isDeepStrictEqual } from 'node:util'
import { below, isTree, withKey, type Tree } from './tree.rules.ts'

/** One entry of a client's `hooks`: who is called on an event. */
export interface HookGroup {
  readonly event: string
  readonly matcher?: string
  readonly handler: Tree
}

type IsOwn = (handler: unknown) => boolean

/** `hooks` with these groups of ours in it, in place of those that were; whatever else is there stays in its order. */
export function putGroups(hooks: Tree, groups: readonly HookGroup[], isOwn: IsOwn): Tree {
  const wanted = new Map(groups.map((group) => [group.event, entryOf(group)]))
  const events = [...new Set([...Object.keys(hooks), ...wanted.keys()])]
  return events.reduce((all, event) => {
    const own = wanted.get(event)
    // Other settings stand beside the events in some files.
    if (own === undefined && !Array.isArray(hooks[event])) return all
    const list = groupsOf(hooks, event)
    const at = list.findIndex((group) => handlersOf(group).some(isOwn) && handlersOf(group).every(isOwn))
    const others = list.flatMap((group, index) => (index === at && own ? [own] : without(group, isOwn)))
    const whole = own === undefined || at >= 0 ? others : [...others, own]
    return isDeepStrictEqual(whole, list) ? all : withKey(all, event, whole)
  }, hooks)
}

/** The tree with its `hooks` changed so. */
export function putHooks(tree: Tree, groups: readonly HookGroup[], isOwn: IsOwn): Tree {
  const hooks = below(tree, 'hooks', 'hooks')
  const after = putGroups(hooks, groups, isOwn)
  return isDeepStrictEqual(after, hooks) ? tree : withKey(tree, 'hooks', after)
}

export function ownHandlers(tree: Tree, isOwn: IsOwn): Tree[] {
  const hooks = isTree(tree['hooks']) ? tree['hooks'] : {}
  return Object.keys(hooks).flatMap((event) => {
    const list = hooks[event]
    return Array.isArray(list) ? list.flatMap(handlersOf).filter(isTree).filter(isOwn) : []
  })
}

function entryOf({ matcher, handler }: HookGroup): Tree {
  return { ...(matcher === undefined ? {} : { matcher }), hooks: [handler] }
}

function groupsOf(hooks: Tree, event: string): readonly unknown[] {
  const list = hooks[event]
  if (list === undefined) return []
  if (Array.isArray(list)) return list
  throw new Error(`"hooks.${event}" must be a list; the client would not read it either.`)
}

function handlersOf(group: unknown): readonly unknown[] {
  return isTree(group) && Array.isArray(group['hooks']) ? group['hooks'] : []
}

/** A group without handlers of ours; nothing when it held no others. */
function without(group: unknown, isOwn: IsOwn): unknown[] {
  const handlers = handlersOf(group)
  const others = handlers.filter((handler) => !isOwn(handler))
  if (others.length === handlers.length) return [group]
  return others.length === 0 ? [] : [{ ...(group as Tree), hooks: others }]
}
