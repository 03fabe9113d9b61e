import type { Command } from 'commander'
import type { SkillFinding, SkillScan } from '#core/skills/index'
import { define, group } from './define.ts'
import { harmless, paint, say, sayJson, sayTable } from './terminal.ts'

export function addSkills(program: Command): void {
  const skills = group(
    program,
    'skills',
    'Look at skills for agents before they are installed.',
    'skills scan ./my-skill',
  )
  define(skills, 'scan <path>', {
    summary: 'Tell whether a skill is safe to install; needs no server. A folder, a zip, or one SKILL.md.',
    example: 'skills scan ./my-skill\n  $ writ skills scan downloaded.zip --json',
  })
    .addHelpText('after', '\nExit code: 0 safe or review, 1 dangerous, 2 when it cannot be read.')
    .action(scan)
}

async function scan(path: string, { json }: { readonly json?: boolean }): Promise<void> {
  const [{ scanSkill }, { loadSqlParser }, { readSkill }] = await Promise.all([
    import('#core/skills/index'),
    import('#core/evidence/index'),
    import('./skill-files.ts'),
  ])
  const files = readSkill(path)
  await loadSqlParser()
  const result = scanSkill(files)
  if (result.verdict === 'dangerous') process.exitCode = 1
  if (json) sayJson(result)
  else sayScan(result)
}

const STYLES = { safe: 'green', review: 'yellow', dangerous: 'red', low: 'dim', medium: 'yellow', high: 'red' } as const

function sayScan({ verdict, findings, counts, hosts, more_findings: more }: SkillScan): void {
  const what = `${counts.files} ${counts.files === 1 ? 'file' : 'files'}, ${counts.bytes} bytes`
  say(
    `${paint(STYLES[verdict], paint('bold', verdict))}  ${what}: ${counts.high} high, ${counts.medium} medium, ${counts.low} low`,
  )
  if (findings.length > 0) sayTable(['WHERE', 'SEVERITY', 'RULE', 'WHY'], findings.map(rowOf))
  if (more > 0) say(`and ${more} more`)
  if (hosts.length > 0) say(`hosts: ${hosts.map(harmless).join(', ')}`)
  if (verdict === 'safe') say(paint('dim', 'No rule found anything; that is no proof. Read what you install.'))
}

function rowOf({ path, line, severity, rule, message, excerpt }: SkillFinding) {
  const place = line === 0 ? path : `${path}:${line}`
  return [
    place,
    { painted: paint(STYLES[severity], severity) },
    rule,
    excerpt === '' ? message : `${message} ${excerpt}`,
  ]
}
