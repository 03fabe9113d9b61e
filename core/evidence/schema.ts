import { z } from 'zod'

/** Whole act as JSON, in UTF-8 bytes. */
export const ACT_MAX_BYTES = 16_384

const ShellAct = z.object({ kind: z.literal('shell'), command: z.string().max(8192) })
const SqlAct = z.object({ kind: z.literal('sql'), statement: z.string().max(8192) })
const HttpAct = z.object({
  kind: z.literal('http'),
  request: z.object({
    method: z.string().max(32),
    url: z.string().max(2048),
    body_excerpt: z.string().max(4096).optional(),
  }),
})
const FileAct = z.object({
  kind: z.literal('file'),
  file: z.object({
    path: z.string().max(1024),
    content_excerpt: z.string().max(4096).optional(),
    bytes: z.number().int().nonnegative().optional(),
  }),
})

/** What the agent is about to do, as it will be executed: evidence, not prose. */
export const ActInput = z
  .discriminatedUnion('kind', [ShellAct, HttpAct, SqlAct, FileAct])
  .refine((act) => Buffer.byteLength(JSON.stringify(act)) <= ACT_MAX_BYTES, {
    message: `act must not exceed ${ACT_MAX_BYTES} bytes as JSON`,
  })
export type Act = z.infer<typeof ActInput>

export type HttpRequest = Extract<Act, { kind: 'http' }>['request']
export type FileWrite = Extract<Act, { kind: 'file' }>['file']

/** From harmless to irreversible; the order is the meaning. */
export const DANGERS = ['none', 'low', 'elevated', 'high', 'catastrophic'] as const
export type Danger = (typeof DANGERS)[number]

export interface Finding {
  /** Stable, dotted: `shell.rm_recursive`. */
  readonly code: string
  /** One plain sentence. */
  readonly message: string
  /** The offending piece of text, at most 200 characters. */
  readonly span?: string
  readonly danger: Danger
}

export interface Modifier {
  readonly factor: string
  readonly delta: number
}

export interface Grade {
  readonly danger: Danger
  readonly actionType: string
  readonly baseRisk: number
  readonly modifiers: readonly Modifier[]
  /** `baseRisk` plus all deltas, clamped to 0..100. */
  readonly total: number
  readonly flags: readonly string[]
  readonly reasons: readonly Finding[]
  readonly writePaths: readonly string[]
  readonly hosts: readonly string[]
  readonly target: string | null
}

export function dangerRank(danger: Danger): number {
  return DANGERS.indexOf(danger)
}

export function worstDanger(a: Danger, b: Danger): Danger {
  return dangerRank(a) >= dangerRank(b) ? a : b
}
