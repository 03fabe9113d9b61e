import { machinePolicies } from './default-machine.ts'
import { reachPolicies } from './default-reach.ts'
import type { PackPolicy } from './pack.ts'

/** What a new org starts with: catastrophes only. Everyday work meets none of it. */
export const defaultPack: readonly PackPolicy[] = [...machinePolicies, ...reachPolicies]
