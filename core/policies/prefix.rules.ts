const UP = /^(?:\.|%2e){2}$/i
const HERE = /^(?:\.|%2e)?$/i

/**
 * A target as one spelling: forward slashes, no `.`, `..` or empty segments, folded case. A URL keeps its scheme and
 * host whatever follows, and loses its query, whose slashes are no path.
 */
export function normaliseTarget(target: string): string {
  const slashed = target.normalize('NFC').replaceAll('\\', '/').trim()
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(slashed)?.[0] ?? ''
  const rest = scheme === '' ? slashed : slashed.slice(scheme.length).replace(/[?#].*$/s, '')
  const rooted = scheme === '' && rest.startsWith('/')
  const floor = scheme === '' ? 0 : 1
  const kept: string[] = []
  for (const segment of rest.split('/')) {
    if (HERE.test(segment)) continue
    if (!UP.test(segment)) kept.push(segment)
    else if (kept.length > floor && kept.at(-1) !== '..') kept.pop()
    else if (!rooted && scheme === '') kept.push('..')
  }
  const tail = /\/\.{0,2}$/.test(rest) && kept.length > 0 ? '/' : ''
  return (scheme + (rooted ? '/' : '') + kept.join('/') + tail).toLowerCase()
}

/** For restrictive rules: plain prefix of either spelling, so that no spelling slips past. */
export function startsWithPrefix(target: string | null, prefix: string): boolean {
  if (target === null) return false
  return target.startsWith(prefix) || normaliseTarget(target).startsWith(normaliseTarget(prefix))
}

/** For grants: the target is the prefix itself or lies below it; `staging` does not cover `staging-old`. */
export function liesUnder(target: string | null, prefix: string): boolean {
  if (target === null) return false
  const here = normaliseTarget(target)
  const root = normaliseTarget(prefix).replace(/\/$/, '')
  if (root === '') return prefix.startsWith('/') && here.startsWith('/')
  if (here.split('/').includes('..')) return false
  return here === root || here.startsWith(`${root}/`) || (root.endsWith(':') && here.startsWith(root))
}
