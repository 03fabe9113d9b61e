import type { z } from 'zod'
import type { Decision } from './decision.rules.ts'
import type { Facts } from './facts.ts'
import type { Need, Observation } from './observe.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** One clause that held, with the values it saw. */
export interface Firing {
  /** Path into the policy, as `rules.threshold`. */
  readonly path: string
  readonly expected: Json
  readonly seen: Json
  readonly effect: Decision
  readonly message: string
  /** The rule could not be judged and failed closed; no grant clears it. */
  readonly failed?: boolean
  readonly fabrication?: Fabrication
}

/** What the non-fabrication check found, and SHA-256 (hex) of what it looked at: text as it is, else canonical JSON. */
export interface Fabrication {
  readonly violations: readonly Violation[]
  readonly content_sha256: string
  readonly source_sha256: string
}

/** One finding of the non-fabrication check. */
export interface Violation {
  readonly kind: string
  readonly label?: string
  readonly token?: string
  readonly detail: string
}

/** Where a policy stands in the index. A policy left out of a lane provably cannot fire on that request. */
export interface IndexKeys {
  /** Action types it is limited to; empty or absent = every type. */
  readonly actionTypes?: readonly string[]
  /** It cannot fire below this risk. */
  readonly minRisk?: number
  /** Path patterns: it cannot fire without a target or a written path that matches one. */
  readonly paths?: readonly string[]
}

/** A policy's rules made ready to run. */
export interface Enforced {
  readonly keys: IndexKeys
  readonly usesSession: boolean
  needs(policyId: string, facts: Facts): Need | null
  fires(facts: Facts, observed: Observation | undefined): Firing | null
}

/** A policy type as the rest of the engine sees it, its rule type erased. */
export interface PolicyKind {
  readonly type: string
  readonly schema: z.ZodType
  /** Other names under which documentation of the wire contract writes a rule. */
  readonly ruleAliases?: Readonly<Record<string, string>>
  /** Input is what `schema` returned. May throw; the caller turns that into a broken policy. */
  enforce(rules: unknown): Enforced
}

interface KindLiteral<S extends z.ZodType, P> {
  readonly type: string
  readonly schema: S
  readonly ruleAliases?: Readonly<Record<string, string>>
  /** Work done once per policy: compiling a condition, folding a list. */
  readonly prepare: (rules: z.output<S>) => P
  readonly keys?: (prepared: P) => IndexKeys
  readonly usesSession?: (prepared: P) => boolean
  readonly needs?: (prepared: P, facts: Facts, policyId: string) => Need
  readonly fires: (prepared: P, facts: Facts, observed: Observation | undefined) => Firing | null
}

/** Declares a policy type: one literal in one file, listed once in `registry.ts`. */
export function policyKind<S extends z.ZodType, P>(literal: KindLiteral<S, P>): PolicyKind {
  return {
    type: literal.type,
    schema: literal.schema,
    ...(literal.ruleAliases ? { ruleAliases: literal.ruleAliases } : {}),
    enforce(rules) {
      const prepared = literal.prepare(rules as z.output<S>)
      return {
        keys: literal.keys?.(prepared) ?? {},
        usesSession: literal.usesSession?.(prepared) ?? false,
        needs: (policyId, facts) => literal.needs?.(prepared, facts, policyId) ?? null,
        fires: (facts, observed) => literal.fires(prepared, facts, observed),
      }
    },
  }
}
