import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { diagnose } from './diagnose.ts'
import { CATEGORIES, Diagnosis } from './schema.ts'

const known = new Set<string>(CATEGORIES)

export const check = operation({
  name: 'doctor_check',
  title: 'Diagnose the server',
  description: 'Check database, configuration, auth, deployment, governance and ledger, and say what to do.',
  input: z.object({
    category: z
      .string()
      .max(200)
      .transform((list) => list.split(',').map((name) => name.trim()))
      .refine((names) => names.every((name) => known.has(name)), {
        message: `must be some of ${CATEGORIES.join(', ')}, separated by commas`,
      })
      .optional()
      .describe(`Some of ${CATEGORIES.join(', ')}, separated by commas; all when left away`),
    include_fixes: z.stringbool().or(z.boolean()).default(true),
  }),
  output: Diagnosis,
  scope: 'system:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: {
    method: 'get',
    path: '/api/doctor',
    status: ({ status }) => (status === 'unhealthy' ? 503 : 200),
    statuses: [200, 503],
  },
  mcp: 'catalog',

  async handler(ctx, { category, include_fixes: fixes }) {
    const diagnosis = await diagnose(
      ctx,
      CATEGORIES.filter((name) => category === undefined || category.includes(name)),
    )
    if (fixes) return diagnosis
    return { ...diagnosis, checks: diagnosis.checks.map((one) => ({ ...one, fix: undefined })) }
  },
})
