import type { Danger } from './schema.ts'

/** One request as the rules see it: folded, decoded, `method` after any override. */
export interface HttpFacts {
  readonly method: string
  readonly write: boolean
  readonly host: string
  readonly port: string
  /** Percent-decoded, dots resolved, lower case. */
  readonly path: string
  readonly query: string
  readonly body: string
}

export interface HttpRule {
  readonly code: string
  readonly danger: Danger
  readonly message: string
  readonly when: (facts: HttpFacts) => boolean
}

export const onHost =
  (host: RegExp, test: (facts: HttpFacts) => boolean) =>
  (facts: HttpFacts): boolean =>
    host.test(facts.host) && test(facts)
export const deletes = (facts: HttpFacts): boolean => facts.method === 'DELETE'
export const writes = (path: RegExp) => (facts: HttpFacts) => facts.write && path.test(facts.path)
