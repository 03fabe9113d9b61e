import { z } from 'zod'

export const CATEGORIES = ['database', 'config', 'auth', 'deployment', 'governance', 'ledger', 'hosts'] as const
export const FIXES = ['install_default_policies', 'sign_checkpoint', 'expire_approvals'] as const

export const Fix = z.object({
  action: z.enum(FIXES).describe('For POST /api/doctor/fix'),
  title: z.string(),
})

export const Check = z
  .object({
    id: z.string(),
    category: z.enum(CATEGORIES),
    status: z.enum(['ok', 'warn', 'fail']),
    found: z.string().describe('What was found, in one sentence'),
    remedy: z.string().optional().describe('What to do about it'),
    fix: Fix.optional().describe('What the server can do about it itself; loses nothing'),
  })
  .meta({ id: 'DoctorCheck' })
export type Check = z.output<typeof Check>

export const Diagnosis = z.object({
  status: z.enum(['healthy', 'degraded', 'unhealthy']).describe('unhealthy: a check failed; degraded: one warns'),
  checks: z.array(Check),
  checked_at: z.iso.datetime(),
})
export type Diagnosis = z.output<typeof Diagnosis>
