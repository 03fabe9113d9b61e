import { isDeepStrictEqual } from 'node:util'
import { structuredPatch, formatPatch } from 'diff'
import type { Diff } from './schema.ts'

export interface Content {
  readonly prompt: string
  readonly tools: readonly Readonly<Record<string, unknown>>[]
  readonly config: Readonly<Record<string, unknown>>
}

/** What differs from one version to another, part by part: the prompt by lines, tools by name, the config in depth. */
export function diffContent(from: Content, to: Content): Diff {
  const [prompt, tools, config] = [
    promptDiff(from.prompt, to.prompt),
    toolsDiff(from.tools, to.tools),
    configDiff(from.config, to.config),
  ]
  return { ...(prompt && { prompt }), ...(tools && { tools }), ...(config && { config }) }
}

/** Above so many changed lines the smallest diff is not looked for: its search is quadratic in them. */
const MAX_EDITS = 2000

function promptDiff(from: string, to: string): Diff['prompt'] {
  if (from === to) return undefined
  const options = { context: 3 }
  const patch =
    structuredPatch('from', 'to', from, to, undefined, undefined, { ...options, maxEditLength: MAX_EDITS }) ??
    wholly(from, to)
  const lines = patch.hunks.flatMap((hunk) => hunk.lines)
  return {
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
    unified: formatPatch(patch),
  }
}

/** All of one text for all of the other. */
function wholly(from: string, to: string): ReturnType<typeof structuredPatch> {
  const removed = structuredPatch('from', 'to', from, '')
  const added = structuredPatch('from', 'to', '', to)
  const [before, after] = [removed.hunks[0], added.hunks[0]]
  const hunk = {
    oldStart: before?.oldStart ?? 0,
    oldLines: before?.oldLines ?? 0,
    newStart: after?.newStart ?? 0,
    newLines: after?.newLines ?? 0,
    lines: [...(before?.lines ?? []), ...(after?.lines ?? [])],
  }
  return { ...removed, hunks: [hunk] }
}

function toolsDiff(from: Content['tools'], to: Content['tools']): Diff['tools'] {
  const [before, after] = [byName(from), byName(to)]
  const added = [...after.keys()].filter((name) => !before.has(name))
  const removed = [...before.keys()].filter((name) => !after.has(name))
  const changed = [...after].flatMap(([name, tool]) => {
    const old = before.get(name)
    return old === undefined || isDeepStrictEqual(old, tool) ? [] : [[name, { from: old, to: tool }] as const]
  })
  if (added.length + removed.length + changed.length === 0) return undefined
  return {
    ...(added.length > 0 && { added }),
    ...(removed.length > 0 && { removed }),
    ...(changed.length > 0 && { changed: Object.fromEntries(changed) }),
  }
}

function byName(tools: Content['tools']): Map<string, Readonly<Record<string, unknown>>> {
  return new Map(tools.map((tool) => [String(tool['name']), tool]))
}

function configDiff(from: Content['config'], to: Content['config']): Diff['config'] {
  const [before, after] = [leaves(from), leaves(to)]
  const added = [...after].filter(([path]) => !before.has(path))
  const removed = [...before].filter(([path]) => !after.has(path))
  const changed = [...after].flatMap(([path, value]) =>
    !before.has(path) || isDeepStrictEqual(before.get(path), value)
      ? []
      : [[path, { from: before.get(path), to: value }] as const],
  )
  if (added.length + removed.length + changed.length === 0) return undefined
  return {
    ...(added.length > 0 && { added: Object.fromEntries(added) }),
    ...(removed.length > 0 && { removed: Object.fromEntries(removed) }),
    ...(changed.length > 0 && { changed: Object.fromEntries(changed) }),
  }
}

/**
 * Every value that is not a filled object, by its path: `model.temperature`. A key that has a dot itself is quoted, so
 * that no two paths are the same. Lists are values: their order means something.
 */
function leaves(config: Content['config']): Map<string, unknown> {
  const found = new Map<string, unknown>()
  const open: [string, Readonly<Record<string, unknown>>][] = [['', config]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, tree] = next
    for (const [key, value] of Object.entries(tree)) {
      const name = /[."]/.test(key) || key === '' ? JSON.stringify(key) : key
      const at = path === '' ? name : `${path}.${name}`
      if (isFilled(value)) open.push([at, value])
      else found.set(at, value)
    }
  }
  return found
}

function isFilled(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
}
