import { z } from 'zod'
import type { Settings } from '../kernel/config.ts'
import type { PersonRole } from '../kernel/scope.ts'
import { defaultSettings, OrgSecrets, OrgSettings, type SecretName } from './schema.ts'

const kinds = ['enum', 'integer', 'number', 'boolean', 'text', 'secret', 'list'] as const

/** Everything a page needs to show one setting and to check what is typed. */
export const Definition = z
  .object({
    key: z.string(),
    label: z.string(),
    description: z.string(),
    kind: z.enum(kinds),
    unit: z.string().nullable(),
    default: z
      .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.record(z.string(), z.unknown())]))])
      .nullable(),
    options: z.array(z.string()).optional().describe('Of an enum'),
    min: z.number().optional(),
    max: z.number().optional().describe('Of a text: characters'),
    role: z.enum(['owner', 'admin']).describe('Who may change it; an owner may change all'),
  })
  .meta({ id: 'SettingDefinition' })
export type Definition = z.output<typeof Definition>

type Name = keyof OrgSettings | SecretName
type Words = Pick<Definition, 'label' | 'role'> & { readonly unit?: string }

const words: Readonly<Record<Name, Words>> = {
  guard_fallback: { label: 'When a decision is late', role: 'admin' },
  require_second_factor: { label: 'Second factor for approvals', role: 'admin' },
  agent_enrolment: { label: 'Enrolment of agents', role: 'admin' },
  guard_deadline_ms: { label: 'Deadline of a decision', unit: 'ms', role: 'admin' },
  separation_of_duties: { label: 'Separation of duties', role: 'admin' },
  secret_block: { label: 'Block on secrets', role: 'admin' },
  redact_tool_output: { label: 'Secrets in what tools give', role: 'admin' },
  injection_block: { label: 'Block on prompt injection', role: 'admin' },
  outcome_timeout_minutes: { label: 'Wait for an outcome', unit: 'minutes', role: 'admin' },
  approval_default_hours: { label: 'Expiry of an approval', unit: 'hours', role: 'admin' },
  approval_grace_minutes: { label: 'Grace after the declared wait', unit: 'minutes', role: 'admin' },
  identity_issuers: { label: 'Issuers that vouch for agents', role: 'admin' },
  identity_token_max_seconds: { label: 'Longest life of an agent token', unit: 'seconds', role: 'admin' },
  identity_replay: { label: 'Agent tokens used twice', role: 'admin' },
  identity_act_binding: { label: 'Agent tokens bound to an act', role: 'admin' },
  require_verified_identity: { label: 'Acts of agents that are not verified', role: 'admin' },
  signed_actions: { label: 'Signed actions', role: 'admin' },
  rate_limit_per_minute: { label: 'Rate limit of the org', unit: 'calls a minute', role: 'admin' },
  clawmit_requests_per_minute: { label: 'Clawmit: rate of a key', unit: 'calls a minute', role: 'admin' },
  clawmit_requests_per_day: { label: 'Clawmit: calls of the org', unit: 'calls a day', role: 'admin' },
  alert_stuck_minutes: { label: 'Alert: silent agent', unit: 'minutes', role: 'admin' },
  alert_errors_per_minute: { label: 'Alert: errors', unit: 'errors a minute', role: 'admin' },
  alert_agent_cost_usd: { label: 'Alert: cost of an agent', unit: 'USD a day', role: 'admin' },
  alert_org_cost_usd: { label: 'Alert: cost of the org', unit: 'USD a day', role: 'admin' },
  alert_loop_calls: { label: 'Alert: equal tool calls', unit: 'calls', role: 'admin' },
  alert_loop_minutes: { label: 'Alert: time for equal calls', unit: 'minutes', role: 'admin' },
  telemetry_retention_days: { label: 'Events of agents', unit: 'days', role: 'admin' },
  clawtrait_plan: { label: 'ClawTrait plan', role: 'admin' },
  llm_provider: { label: 'Language model: provider', role: 'admin' },
  llm_model: { label: 'Language model: name', role: 'admin' },
  llm_base_url: { label: 'Language model: address', role: 'admin' },
  llm_api_key: { label: 'Language model: key', role: 'admin' },
  otlp_endpoint: { label: 'OpenTelemetry: receiver of spans', role: 'admin' },
  otlp_headers: { label: 'OpenTelemetry: headers', role: 'admin' },
}

export function definitionsFor(instance: Settings): readonly Definition[] {
  const defaults: Readonly<Record<string, Definition['default']>> = defaultSettings(instance)
  const schemas: Readonly<Record<string, z.ZodType>> = { ...OrgSettings.shape, ...OrgSecrets.shape }
  return Object.entries(words).map(([key, { label, unit = null, role }]) => {
    const { description = '', ...shape } = shapeOf(schemas[key] ?? z.never())
    const kind = Object.hasOwn(OrgSecrets.shape, key) ? 'secret' : shape.kind
    return { key, label, description, unit, default: defaults[key] ?? null, role, ...shape, kind }
  })
}

interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly enum?: string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly anyOf?: readonly JsonSchema[]
}

type Shape = Pick<Definition, 'kind' | 'options' | 'min' | 'max'> & { readonly description?: string | undefined }

function shapeOf(schema: z.ZodType): Shape {
  const whole = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
  const node = whole.anyOf?.find(({ type }) => type !== 'null') ?? whole
  const [min, max] = [node.minimum ?? node.minLength, node.maximum ?? node.maxLength]
  return {
    kind: kindOf(node),
    description: whole.description,
    ...(node.enum ? { options: node.enum } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  }
}

function kindOf(node: JsonSchema): Definition['kind'] {
  if (node.enum) return 'enum'
  if (node.type === 'boolean' || node.type === 'integer' || node.type === 'number') return node.type
  return node.type === 'array' ? 'list' : 'text'
}

/** Keys among `changed` that this role may not change. */
export function beyondRole(
  role: PersonRole,
  changed: readonly string[],
  definitions: readonly Pick<Definition, 'key' | 'role'>[],
): string[] {
  if (role === 'owner') return []
  return definitions.filter((one) => changed.includes(one.key) && one.role === 'owner').map(({ key }) => key)
}
