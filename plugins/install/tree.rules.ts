import { isDeepStrictEqual } from 'node:util'

/** What a configuration file of a client holds once parsed. */
export type Tree = Readonly<Record<string, unknown>>

export type Path = readonly (string | number)[]

/** One step from one tree to another; steps apply in order. */
export type Change =
  | { readonly kind: 'set'; readonly path: Path; readonly value: unknown }
  | { readonly kind: 'insert'; readonly path: Path; readonly value: unknown }
  | { readonly kind: 'remove'; readonly path: Path }

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The tree below `key`; empty when there is none. Anything else there is somebody's mistake, told by `where`. */
export function below(tree: Tree, key: string, where: string): Tree {
  const value = tree[key]
  if (value === undefined || value === null) return {}
  if (isTree(value)) return value
  throw new Error(`"${where}" must be an object; the client would not read it either.`)
}

/** The tree with `key` set; without it when the value is undefined or an object or list that holds nothing. */
export function withKey(tree: Tree, key: string, value: unknown): Tree {
  const isNothing =
    value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  if (!isNothing) return { ...tree, [key]: value }
  const { [key]: _, ...others } = tree
  return others
}

/** The fewest changes that leave everything else, order among it, where it is. */
export function changes(before: unknown, after: unknown, path: Path = []): Change[] {
  if (isDeepStrictEqual(before, after)) return []
  if (isTree(before) && isTree(after)) return changesOfTree(before, after, path)
  if (Array.isArray(before) && Array.isArray(after)) return changesOfList(before, after, path)
  return [{ kind: 'set', path, value: after }]
}

function changesOfTree(before: Tree, after: Tree, path: Path): Change[] {
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key))
  return [
    ...gone.map((key) => ({ kind: 'remove', path: [...path, key] }) as const),
    ...Object.keys(after).flatMap((key): Change[] =>
      Object.hasOwn(before, key)
        ? changes(before[key], after[key], [...path, key])
        : [{ kind: 'set', path: [...path, key], value: after[key] }],
    ),
  ]
}

/** Of two lists as long as each other the items change; else items that are not in the new one go, and new ones come. */
function changesOfList(before: readonly unknown[], after: readonly unknown[], path: Path): Change[] {
  if (before.length === after.length) {
    return before.flatMap((item, index) => changes(item, after[index], [...path, index]))
  }
  const steps: Change[] = []
  let at = 0
  const kept = before.filter((item, index) => {
    const found = after.findIndex((other, place) => place >= at && isDeepStrictEqual(item, other))
    if (found >= 0) at = found + 1
    else steps.unshift({ kind: 'remove', path: [...path, index] })
    return found >= 0
  })
  let left = 0
  for (const [index, item] of after.entries()) {
    if (left < kept.length && isDeepStrictEqual(kept[left], item)) left += 1
    else steps.push({ kind: 'insert', path: [...path, index], value: item })
  }
  return steps
}
