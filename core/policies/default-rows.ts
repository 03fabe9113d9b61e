import { defaultPack } from './default-pack.ts'
import type { PolicyRow } from './rows.ts'

/** The policies that a new org starts with, as rows. */
export function defaultRows(): PolicyRow[] {
  return defaultPack.map((policy) => ({ ...policy, id: policy.name, active: true, agent_ids: null }))
}
