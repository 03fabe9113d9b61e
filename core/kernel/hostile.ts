import { Fault } from './errors.ts'

const MAX_DEPTH = 32

/**
 * Refuses text that databases and canonical JSON cannot hold (NUL, lone surrogates), keys that reach
 * prototypes, and nesting deep enough to exhaust a stack. Names the path of the first problem.
 */
export function refuseHostile(value: unknown, path = '', depth = 0): void {
  if (typeof value === 'string') {
    if (!isPlain(value))
      throw refused(path, value.includes('\0') ? 'contains a NUL character' : 'contains a lone surrogate')
    return
  }
  if (value === null || typeof value !== 'object') return
  if (depth >= MAX_DEPTH) throw refused(path, `is nested deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) refuseHostile(value[index], `${path}[${index}]`, depth + 1)
    return
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw refused(path === '' ? key : `${path}.${key}`, 'is not an allowed key')
    if (!isPlain(key)) throw refused(path, 'has a key with a NUL character or a lone surrogate')
    refuseHostile((value as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`, depth + 1)
  }
}

function isPlain(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function refused(path: string, problem: string): Fault {
  return new Fault('invalid_input', 'Validation failed', { details: [`${path === '' ? '(body)' : path}: ${problem}`] })
}
