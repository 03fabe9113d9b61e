import { z } from 'zod'
import { HOSTS, OUTCOMES } from './hosts.rules.ts'

/** The body is the host's own event, sent as it came; what is not read here is passed over. */
export const hookFields = {
  host: z.enum(HOSTS),
  agent: z.string().min(1).max(128).optional().describe('The governed agent; may be left away with a key bound to one'),
  session_id: z.string().max(512).optional(),
  hook_event_name: z.string().max(64).optional(),
  cwd: z.string().max(4096).optional(),
  agent_id: z.string().max(512).optional().describe("The host's own id of the sub-agent that calls"),
  agent_type: z.string().max(256).optional().describe("The host's own name of the sub-agent's kind"),
  model: z.unknown().optional(),
} as const

export const toolFields = {
  ...hookFields,
  tool_name: z.string().min(1).max(512),
  tool_input: z.unknown().optional(),
  tool_use_id: z.string().max(512).optional(),
  extra: z
    .looseObject({ tool_call_id: z.string().max(512).optional() })
    .optional()
    .describe("Hermes' further fields"),
} as const

export const ToolEvent = z.looseObject(toolFields)
export type ToolEvent = z.output<typeof ToolEvent>

/** What the host reads; its shape is the host's own. */
export const HostAnswer = z.record(z.string(), z.unknown())
export type HostAnswer = z.output<typeof HostAnswer>

const name = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{C}]+$/u, 'must be one line of visible text')

/** What the start of a session found of its own install. */
export const InstallState = z.object({
  machine: name(128).describe('Name of the machine, as it calls itself'),
  scope: z.enum(['user', 'managed']),
  changed: z.array(name(300)).max(50).describe('What is not as it was installed; empty when all is'),
})
export type InstallState = z.output<typeof InstallState>

export const Witness = z
  .object({
    machine: name(128).describe('Name of the machine, as it calls itself'),
    host: name(64).describe('The agent client: claude-code, codex, hermes, openclaw'),
    seam: name(128).describe('Where it was asked: hook, by the scope of its install'),
    version: name(64).nullable().describe('Of the client'),
    outcome: z
      .enum(['enforced', 'advisory', 'dead'])
      .describe(
        'enforced: refused, and the person cannot switch it off; advisory: refused, but they can; dead: it ran',
      ),
    detail: name(500),
  })
  .meta({ id: 'HostWitness' })

export const SeenWitness = Witness.extend({
  outcome: z
    .enum(OUTCOMES)
    .describe('As a witness saw it; changed: a session found that the client is not set up as it was installed'),
  seen_at: z.iso.datetime(),
  seen_by: z.string(),
}).meta({ id: 'SeenHostWitness' })
