import { parseDocument } from 'yaml'
import { findingAt } from './finding.rules.ts'
import type { Severity, SkillFinding } from './schema.ts'
import type { SkillText } from './text.rules.ts'

const MAX_HEAD = 16_384
const MAX_NAME = 64
const MAX_DESCRIPTION = 1024

type Say = (name: string, severity: Severity, message: string) => SkillFinding

/** What a host reads of a SKILL.md before anybody asks for the skill. */
export function* frontMatterFindings(file: SkillText): Generator<SkillFinding> {
  if (!/(^|\/)SKILL\.md$/i.test(file.path)) return
  const say: Say = (name, severity, message) => {
    return findingAt(file, { rule: `front_matter.${name}`, severity, message, offset: 0 })
  }
  const head = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(file.text.slice(0, MAX_HEAD))?.[1]
  const fields = head === undefined ? null : parsed(head)
  if (head === undefined) yield say('missing', 'medium', 'There is no front matter with name and description.')
  else if (fields === null) yield say('unreadable', 'medium', 'The front matter is no YAML mapping.')
  else {
    yield* nameAndDescription(fields, say)
    yield* rights(fields, say)
  }
}

function parsed(head: string): Readonly<Record<string, unknown>> | null {
  try {
    const document = parseDocument(head, { uniqueKeys: true })
    const value: unknown = document.errors.length > 0 ? null : document.toJS({ maxAliasCount: 10 })
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

function* nameAndDescription(
  { name, description }: Readonly<Record<string, unknown>>,
  say: Say,
): Generator<SkillFinding> {
  if (typeof name !== 'string' || name.trim() === '') yield say('no_name', 'medium', 'The skill has no name.')
  else if (!/^[a-z0-9][a-z0-9-]*$/.test(name) || name.length > MAX_NAME) {
    yield say('odd_name', 'low', 'A name has lower case letters, digits and hyphens, 64 at most.')
  }
  if (typeof description !== 'string' || description.trim() === '') {
    yield say('no_description', 'medium', 'The skill has no description: nobody can tell when it will be used.')
  } else if (description.length > MAX_DESCRIPTION) {
    yield say('long_description', 'low', 'The description is longer than 1,024 characters.')
  } else if (GREEDY.test(description)) {
    yield say('greedy', 'medium', 'The description wants the skill to be used for everything.')
  }
}

const GREEDY =
  /\b(?:always use (?:this|me)|for (?:every|any|all) (?:task|request|question|message|conversation)s?|before (?:any|every) (?:task|action|other skill)|in every (?:conversation|session))\b/i

function* rights(fields: Readonly<Record<string, unknown>>, say: Say): Generator<SkillFinding> {
  const tools = listed(fields['allowed-tools'] ?? fields['allowed_tools'])
  if (tools.some((tool) => tool === '*' || /^(all|any)$/i.test(tool))) {
    yield say('all_tools', 'high', 'allowed-tools grants every tool without asking the person.')
  } else if (tools.some((tool) => /^(Bash|Shell|PowerShell|terminal|exec)(\(\s*\*?(:\*)?\s*\))?$/.test(tool))) {
    yield say('any_command', 'medium', 'allowed-tools grants every command without asking the person.')
  }
  if (fields['hooks'] !== undefined) {
    yield say('hooks', 'medium', 'The skill brings hooks: commands that run without being asked for.')
  }
  const mode = fields['permission-mode'] ?? fields['permissionMode']
  if (typeof mode === 'string' && /bypass|accept|dontask/i.test(mode)) {
    yield say('permission_mode', 'high', 'The skill sets a mode in which the person is not asked.')
  }
}

function listed(value: unknown): string[] {
  if (Array.isArray(value)) return value.map((one) => String(one).trim())
  return typeof value === 'string' ? value.split(/,(?![^(]*\))|\s+(?![^(]*\))/).map((one) => one.trim()) : []
}
