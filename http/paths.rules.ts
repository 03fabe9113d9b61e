import type { Operation } from '#core/kernel/operation'

export function pathsOf(op: Operation): readonly string[] {
  return [op.rest.path, ...(op.rest.aliases ?? [])]
}

/** `/api/keys/{id}` as the framework writes it: `/api/keys/:id`. */
export function frameworkPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** The path without the names of its fields: equal shapes match the same requests. */
export function shapeOf(path: string): string {
  return path.replaceAll(/\{\w+\}/g, '{}')
}

export function fieldsOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap((match) => match[1] ?? [])
}

/** Order of registration: a fixed segment comes before a field, so `/actions/stats` is not taken for an id. */
export function bySpecificity(left: string, right: string): number {
  const a = left.split('/')
  const b = right.split('/')
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const difference = Number(a[index]?.startsWith('{')) - Number(b[index]?.startsWith('{'))
    if (difference !== 0) return difference
  }
  return b.length - a.length
}
