import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { AgentVersionTable } from './tables.ts'

export const FORK_TYPES = ['exact_clone', 'prompt_mutation', 'tool_mutation'] as const

export const VersionId = z.string().min(1).max(128)
const MAX_BYTES = 1_000_000

export const Tool = z
  .looseObject({ name: z.string().min(1).max(256) })
  .describe('One tool by its name; the rest is as the agent knows it')

/** Bytes of a value as JSON: what is kept of it. */
const fits = (value: unknown): boolean => Buffer.byteLength(JSON.stringify(value)) <= MAX_BYTES

/** The parts that a version may bring anew; what is left away is inherited. */
export const content = {
  prompt: z.string().max(200_000).optional(),
  tools: z
    .array(Tool)
    .max(500)
    .refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length, {
      message: 'each tool is named once',
    })
    .refine(fits, { message: 'is larger than 1 MB' })
    .optional(),
  config: z.record(z.string(), z.unknown()).refine(fits, { message: 'is larger than 1 MB' }).optional(),
}

export const CommitMessage = z.string().min(1).max(2000)
export const Tag = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'starts with a letter or digit; then letters, digits, dot, dash, underscore')
export const IdempotencyKey = z.string().min(1).max(256)

const summary = {
  version_id: z.string(),
  agent_id: z.string(),
  version_number: z.int().describe('From 1, without a gap'),
  parent_version_id: z.string().nullable().describe('Of the agent forked from, where this is the first of a fork'),
  origin: z.enum(['created', 'changed', 'rolled_back', 'forked']),
  content_digest: z.string().describe('SHA-256 of the canonical JSON (RFC 8785) of {prompt, tools, config}'),
  commit_message: z.string().nullable(),
  tags: z.array(z.string()),
  created_by: z.string(),
  created_by_name: z.string(),
  created_at: z.iso.datetime(),
}

export const VersionSummary = z.object(summary).meta({ id: 'AgentVersionSummary' })
export type VersionSummary = z.output<typeof VersionSummary>

export const Version = z
  .object({
    ...summary,
    prompt: z.string(),
    tools: z.array(z.record(z.string(), z.unknown())),
    config: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AgentVersion' })
export type Version = z.output<typeof Version>

export type VersionRow = Selectable<AgentVersionTable>

export const SUMMARY_COLUMNS = [
  'version_id',
  'agent_id',
  'version_number',
  'parent_version_id',
  'origin',
  'content_digest',
  'commit_message',
  'tags',
  'created_by',
  'created_by_name',
  'created_at',
] as const

export function summaryToWire(row: Pick<VersionRow, (typeof SUMMARY_COLUMNS)[number]>): VersionSummary {
  return { ...VersionSummary.parse({ ...row, created_at: row.created_at.toISOString() }) }
}

export function versionToWire(row: VersionRow): Version {
  return { ...summaryToWire(row), prompt: row.prompt, tools: [...row.tools], config: row.config }
}

const Changed = z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }))

/** Only the parts and fields that differ are there. */
export const Diff = z
  .object({
    prompt: z
      .object({
        added: z.int().describe('Lines'),
        removed: z.int().describe('Lines'),
        unified: z.string().describe('Unified diff, three lines of context'),
      })
      .optional(),
    tools: z
      .object({
        added: z.array(z.string()).optional(),
        removed: z.array(z.string()).optional(),
        changed: Changed.optional(),
      })
      .optional(),
    config: z
      .object({
        added: z.record(z.string(), z.unknown()).optional(),
        removed: z.record(z.string(), z.unknown()).optional(),
        changed: Changed.optional(),
      })
      .optional(),
  })
  .meta({ id: 'AgentVersionDiff' })
export type Diff = z.output<typeof Diff>
