import type { Json } from './calls.rules.ts'

/** Fields in which models explain a call to the person. */
const PROSE = ['description', 'justification'] as const

/**
 * A tool's input, and apart from it the words of the model beside the act: they differ from try to try, so they are no
 * part of what is approved.
 */
export function withoutProse(given: Json): { readonly prose: string | undefined; readonly input: Json } {
  const input: Record<string, unknown> = { ...given }
  let prose: string | undefined
  for (const name of PROSE) {
    const value = input[name]
    // Only beside a command: elsewhere a description may be the very text that the tool writes.
    if (typeof value !== 'string' || typeof (input['command'] ?? input['cmd']) !== 'string') continue
    prose ??= value
    delete input[name]
  }
  return { prose, input }
}
