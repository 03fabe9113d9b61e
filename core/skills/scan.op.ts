import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { scanSteps } from './scan.rules.ts'
import { MAX_BYTES, MAX_FILES, SkillFile, SkillScan } from './schema.ts'

/** Others wait no longer than this for their turn. */
const SLICE_MS = 10

export const scan = operation({
  name: 'skills_scan',
  title: 'Scan a skill',
  description:
    'Tell whether a skill is safe to install: injected instructions, hidden text, secrets, dangerous scripts. Nothing is run or stored.',
  input: z.object({
    files: z.array(SkillFile).min(1).max(MAX_FILES).optional().describe('All files of the skill, 1 MiB together'),
    skill: z.string().min(1).max(MAX_BYTES).optional().describe('A single SKILL.md, instead of files'),
  }),
  output: SkillScan,
  scope: 'security:scan',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/skills/scan' },
  mcp: 'catalog',
  tool: 'writ_skill_scan',

  handler(ctx, { files, skill }) {
    if ((files === undefined) === (skill === undefined)) {
      throw invalid('files: give either files or skill, not both and not neither')
    }
    const given = files ?? [{ path: 'SKILL.md', content: skill ?? '' }]
    const bytes = given.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
    if (bytes > MAX_BYTES) throw invalid(`files: have ${bytes} bytes together; allowed are ${MAX_BYTES}`)
    return inTurns(ctx, scanSteps(given))
  },
})

/** A scan is work for the processor; between its steps decisions about acts have their turn. */
async function inTurns(ctx: Context, steps: ReturnType<typeof scanSteps>): Promise<SkillScan> {
  for (;;) {
    const end = performance.now() + SLICE_MS
    while (performance.now() < end) {
      const { done, value } = steps.next()
      if (done) return value
    }
    await setImmediate()
    ctx.signal.throwIfAborted()
  }
}

function invalid(problem: string): Fault {
  return new Fault('invalid_input', 'Validation failed', { details: [problem] })
}
