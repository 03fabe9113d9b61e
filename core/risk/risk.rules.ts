import type { Grade } from '#core/evidence/index'
import { goalModifiers } from './goal.rules.ts'

export interface RiskModifier {
  readonly factor: string
  readonly delta: number
}

export interface TemplateScore {
  readonly id: string
  readonly name: string
  readonly score: number
}

export interface RiskInput {
  readonly actionType: string
  readonly reversible: boolean | null
  readonly systemsTouched: readonly string[]
  readonly goal: string
  /** What the agent says itself; it can only raise. */
  readonly clientReported: number | null
  readonly template?: TemplateScore | null
  /** The graded act, or null when only words were given. */
  readonly evidence: Grade | null
}

/** Wire shape of `risk_breakdown`; every score is 0..100. */
export interface RiskBreakdown {
  readonly base: { readonly action_type: string; readonly score: number }
  readonly modifiers: readonly RiskModifier[]
  readonly server_total: number
  readonly template: TemplateScore | null
  readonly client_reported: number | null
  readonly effective: number
  readonly predictive: null
  readonly final: number
  readonly evidence_derived: EvidenceRisk | null
}

export interface EvidenceRisk {
  readonly action_type: string
  readonly base_risk: number
  readonly modifiers: readonly RiskModifier[]
  readonly total: number
  readonly danger: Grade['danger']
  readonly flags: readonly string[]
  /** The act is of a riskier type than the one declared. */
  readonly mismatch: boolean
}

/** Source: contract, server risk score. Any other type counts as `other`. */
const BASE: ReadonlyMap<string, number> = new Map(
  Object.entries({
    security: 80,
    deploy: 75,
    migrate: 70,
    apply: 60,
    sync: 40,
    api: 35,
    config: 30,
    cleanup: 30,
    build: 25,
    post: 25,
    fix: 20,
    refactor: 20,
    other: 20,
    test: 15,
    message: 15,
    calendar: 10,
    monitor: 10,
    alert: 10,
    research: 10,
    review: 10,
  }),
)
const SHARED_SYSTEMS = new Set(['production', 'database', 'postgres', 'neon', 'redis'])
const LOCAL_SYSTEMS = new Set(['filesystem', 'shell'])
const MISMATCH_DELTA = 10

function clamp(score: number): number {
  return Number.isFinite(score) ? Math.min(100, Math.max(0, score)) : 0
}

export function baseRiskOf(actionType: string): number {
  return BASE.get(actionType.toLowerCase()) ?? 20
}

function systemModifiers(systems: readonly string[]): RiskModifier[] {
  const words = systems.flatMap((system) => system.toLowerCase().split(/[^a-z0-9]+/))
  const found: RiskModifier[] = []
  if (words.some((word) => SHARED_SYSTEMS.has(word))) found.push({ factor: 'sensitive_systems', delta: 10 })
  if (words.some((word) => LOCAL_SYSTEMS.has(word))) found.push({ factor: 'local_systems', delta: 5 })
  return found
}

/** Whether the act is riskier, by its type, than what was declared. Policies then look at the type of the act. */
export function isMismatch(declared: string, evidence: Grade): boolean {
  return evidence.actionType !== declared && evidence.baseRisk > baseRiskOf(declared)
}

function evidenceRisk(declared: string, evidence: Grade): EvidenceRisk {
  const mismatch = isMismatch(declared, evidence)
  const modifiers = mismatch
    ? [...evidence.modifiers, { factor: 'declared_type_mismatch', delta: MISMATCH_DELTA }]
    : evidence.modifiers
  return {
    action_type: evidence.actionType,
    base_risk: evidence.baseRisk,
    modifiers,
    total: clamp(evidence.total + (mismatch ? MISMATCH_DELTA : 0)),
    danger: evidence.danger,
    flags: evidence.flags,
    mismatch,
  }
}

/**
 * The risk of one act. Base and modifiers come from what was declared, the act can only raise, and so can the agent's own
 * number. The words of the goal count, a little, only when there is no act to look at: prose is not the act.
 */
export function scoreRisk(input: RiskInput): RiskBreakdown {
  const score = baseRiskOf(input.actionType)
  const modifiers: RiskModifier[] = input.reversible === false ? [{ factor: 'irreversible', delta: 15 }] : []
  modifiers.push(...systemModifiers(input.systemsTouched))
  if (!input.evidence) modifiers.push(...goalModifiers(input.goal))
  const server = clamp(modifiers.reduce((total, { delta }) => total + delta, score))
  const template = input.template ?? null
  const derived = input.evidence ? evidenceRisk(input.actionType, input.evidence) : null
  const effective = Math.max(server, template?.score ?? 0, clamp(input.clientReported ?? 0), derived?.total ?? 0)
  return {
    base: { action_type: input.actionType, score },
    modifiers,
    server_total: server,
    template,
    client_reported: input.clientReported,
    effective,
    predictive: null,
    final: Math.round(clamp(effective)),
    evidence_derived: derived,
  }
}
