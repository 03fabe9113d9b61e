export const REASONS = ['changed', 'twin', 'injection', 'limit'] as const

/** Why a definition is kept from agents. */
export interface Reason {
  readonly kind: (typeof REASONS)[number]
  /** A sentence for a person. */
  readonly detail: string
}
