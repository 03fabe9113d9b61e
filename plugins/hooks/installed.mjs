/**
 * What of an install is no longer what its receipt says. The start of a session asks it beside the gate, and
 * `writ hosts` asks it too, so both tell the same. No dependencies; it stands beside gate.sh.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

/** The gate's own files that are not as they were installed. */
export function changedGateFiles(folder, { gate }) {
  return Object.entries(gate).flatMap(([name, sum]) => {
    const text = textOf(join(folder, name))
    if (text !== null && digest(text) === sum) return []
    return [{ name, state: text === null ? 'gone' : 'changed' }]
  })
}

/**
 * `changed` still holds what we put into it, `broken` does not. Where `ours` is absent, only who has a parser for the
 * file can tell the two apart.
 */
export function stateOf({ path, part, after, ours }) {
  const text = textOf(path)
  if (text === null) return 'gone'
  if (digest(text) === after) return 'same'
  if (part === 'own') return 'broken'
  return ours === undefined || holds(text, ours) ? 'changed' : 'broken'
}

/** Of a text every line must stand in the file; of a tree everything must stand in what the file holds as JSON. */
export function holds(text, ours) {
  if (typeof ours === 'string') return linesOf(ours).every((line) => line === '' || linesOf(text).includes(line))
  try {
    return contains(JSON.parse(text.replace(/^\uFEFF/, '')), ours)
  } catch {
    return false
  }
}

export const linesOf = (text) => text.split(/\r?\n/).map((line) => line.trim())

/** A list holds an item only as it is: a hook with one field less is another hook. */
function contains(whole, part) {
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.every((item) => whole.some((other) => isDeepStrictEqual(other, item)))
  }
  if (typeof part !== 'object' || part === null) return whole === part
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return false
  return Object.entries(part).every(([key, value]) => Object.hasOwn(whole, key) && contains(whole[key], value))
}

/** Null where there is none, or none that can be read: either way it is not what was installed. */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex')
}
