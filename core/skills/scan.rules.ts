import { createHash } from 'node:crypto'
import { actFindings } from './act.rules.ts'
import { binaryFindings } from './binary.rules.ts'
import { encodedFindings } from './encoded.rules.ts'
import { frontMatterFindings } from './front-matter.rules.ts'
import { governanceFindings } from './governance.rules.ts'
import { hiddenFindings } from './hidden.rules.ts'
import { hostFindings, hostsOf } from './host.rules.ts'
import { injectionFindings } from './injection.rules.ts'
import { leakFindings } from './leak.rules.ts'
import { pathFindings, sameNames } from './path.rules.ts'
import { MAX_FINDINGS, severities, type SkillFile, type SkillFinding, type SkillScan } from './schema.ts'
import { secretFindings } from './secret.rules.ts'
import { skillText, type SkillText } from './text.rules.ts'
import { unseenFindings } from './unseen.rules.ts'

type Rule = (file: SkillText) => Generator<SkillFinding | null>

const RULES: readonly Rule[] = [
  pathFindings,
  frontMatterFindings,
  hiddenFindings,
  secretFindings,
  binaryFindings,
  governanceFindings,
  unseenFindings,
  leakFindings,
  hostFindings,
  encodedFindings,
  injectionFindings,
  actFindings,
]

const MAX_HOSTS = 100
const NO_SKILL = {
  rule: 'front_matter.no_skill',
  severity: 'medium',
  path: 'SKILL.md',
  line: 0,
  message: 'There is no SKILL.md.',
  excerpt: '',
} as const

/** Scans in small steps: whoever serves others at the same time rests between them. The same skill has the same result. */
export function* scanSteps(given: readonly SkillFile[]): Generator<void, SkillScan> {
  const files = given.map(skillText)
  const found: SkillFinding[] = [...sameNames(files)]
  if (!files.some(({ path }) => /(^|\/)SKILL\.md$/i.test(path))) found.push(NO_SKILL)
  for (const file of files) {
    for (const rule of RULES) {
      for (const one of rule(file)) {
        if (one !== null) found.push(one)
        yield
      }
    }
  }
  return resultOf(files, found)
}

export function scanSkill(files: readonly SkillFile[]): SkillScan {
  const steps = scanSteps(files)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

function resultOf(files: readonly SkillText[], found: readonly SkillFinding[]): SkillScan {
  const ranked = found.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))
  const count = (severity: SkillFinding['severity']): number => found.filter((one) => one.severity === severity).length
  const [high, medium, low] = [count('high'), count('medium'), count('low')]
  return {
    verdict: high > 0 ? 'dangerous' : medium > 0 ? 'review' : 'safe',
    findings: ranked.slice(0, MAX_FINDINGS),
    counts: { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0), high, medium, low },
    hosts: [...new Set(files.flatMap((file) => [...hostsOf(file).keys()]))].toSorted().slice(0, MAX_HOSTS),
    more_findings: Math.max(0, ranked.length - MAX_FINDINGS),
    digest: digestOf(files),
  }
}

/** Every part with its length before it, so that no two skills have the same bytes. */
function digestOf(files: readonly SkillText[]): string {
  const hash = createHash('sha256')
  for (const { path, bytes, kind } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    hash
      .update(`${Buffer.byteLength(path)}:${path}:${kind === 'link' ? 'link' : 'file'}:${bytes.length}:`)
      .update(bytes)
  }
  return hash.digest('hex')
}
