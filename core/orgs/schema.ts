import { z } from 'zod'

export const Org = z
  .object({ org_id: z.string(), name: z.string(), created_at: z.iso.datetime(), halted: z.boolean() })
  .meta({ id: 'Org' })
