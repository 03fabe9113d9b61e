import { cut } from '#core/kernel/text'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { policyKind } from '../kind.ts'
import { ActionTypes, covered, indexTypes, sharedFields } from './fields.ts'
import { unobserved } from './unobserved.ts'

const PRIVATE_NAMES = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/i

/** Refuses what is private by its name alone; the delivery checks the resolved address again and pins it. */
export function publicHttps(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if (protocol !== 'https:' || username !== '' || password !== '') return false
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() === 'unicast'
  return host.includes('.') && !PRIVATE_NAMES.test(host)
}

export const webhookCheck = policyKind({
  type: 'webhook_check',
  schema: z.strictObject({
    url: z.string().max(2048).refine(publicHttps, { message: 'must be an https URL of a public host' }),
    timeout_ms: z.number().int().min(1000).max(10_000).default(5000),
    on_timeout: z.enum(['allow', 'block', 'require_approval']).default('require_approval'),
    action_types: ActionTypes.optional(),
    ...sharedFields,
  }),
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types) }),
  keys: (rules) => ({ actionTypes: rules.types }),
  needs: (rules, _facts, policyId) => ({
    kind: 'webhook',
    policyId,
    url: rules.url,
    timeout_ms: rules.timeout_ms,
    on_timeout: rules.on_timeout,
  }),
  fires(rules, facts, observed) {
    if (!covered(rules.types, facts)) return null
    if (observed?.kind !== 'webhook') {
      const failed = unobserved(observed, 'rules.on_timeout', rules.on_timeout)
      return observed?.kind === 'skipped' ? failed : { ...failed, effect: rules.on_timeout }
    }
    const warned = observed.warnings.length > 0
    const effect =
      observed.decision === null || observed.decision === 'allow' ? (warned ? 'warn' : null) : observed.decision
    if (effect === null) return null
    const said = [...observed.reasons, ...observed.warnings].join('; ')
    return {
      path: 'rules.url',
      expected: 'allow',
      seen: observed.decision ?? 'warnings',
      effect,
      message: rules.message ?? (said === '' ? `The webhook answered ${effect}.` : cut(said, 1000)),
    }
  },
})
