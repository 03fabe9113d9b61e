import type { Command } from 'commander'
import type { OutputOf } from '../client/index.ts'
import { define, group, type RemoteOptions } from './define.ts'
import { readPolicyFile } from './policy-file.ts'
import { addPolicyTrials } from './policy-trials.ts'
import { connect } from './remote.ts'
import { ago, harmless, paint, say, sayJson, sayTable } from './terminal.ts'

interface AddOptions extends RemoteOptions {
  readonly draft?: boolean
  readonly shadow?: boolean
}

type Policy = OutputOf<'policies_get'>['policy']

export function addPolicy(program: Command): void {
  const policy = group(program, 'policy', 'List, add, try and remove the rules that guard decides by.', 'policy list')
  define(policy, 'list', { summary: 'List the policies.', example: 'policy list', remote: true }).action(list)
  define(policy, 'show <id>', {
    summary: 'Show one policy with its rules.',
    example: 'policy show gp_0199…',
    remote: true,
  }).action(show)
  define(policy, 'add <file>', {
    summary: 'Add the policies of a YAML file.',
    example: 'policy add rules.yaml --shadow',
    remote: true,
  })
    .option('--draft', 'keep them as drafts')
    .option('--shadow', 'record what they would say, enforce nothing')
    .action(add)
  define(policy, 'activate <id>', {
    summary: 'Enforce a draft.',
    example: 'policy activate gp_0199…',
    remote: true,
  }).action(activate)
  define(policy, 'remove <id>', {
    summary: 'Remove a policy; its history stays.',
    example: 'policy remove gp_0199…',
    remote: true,
  }).action(remove)
  define(policy, 'revisions <id>', {
    summary: 'Who changed a policy, and how.',
    example: 'policy revisions gp_0199…',
    remote: true,
  }).action(revisions)
  addPolicyTrials(policy)
}

async function list(options: RemoteOptions): Promise<void> {
  const answer = await connect(options).call('policies_list', {})
  if (options.json) return sayJson(answer)
  const rows = answer.policies.map((policy) => [
    policy.id,
    policy.policy_type,
    { painted: stateOf(policy) },
    policy.revision,
    policy.name,
  ])
  sayTable(['ID', 'TYPE', 'STATE', 'REVISION', 'NAME'], rows)
}

function stateOf({ inert, mode, active }: Policy): string {
  if (inert === null) return paint('green', 'enforced')
  return mode === 'shadow' && active ? paint('yellow', 'shadow') : paint('dim', harmless(inert))
}

async function show(id: string, options: RemoteOptions): Promise<void> {
  const { policy } = await connect(options).call('policies_get', { id })
  if (options.json) return sayJson({ policy })
  say(`${paint('bold', harmless(policy.name))}  ${stateOf(policy)}`)
  say(
    paint(
      'dim',
      `${policy.policy_type} · revision ${policy.revision} · changed ${ago(policy.updated_at)} ago by ${harmless(policy.created_by)}`,
    ),
  )
  if (policy.agent_ids !== null) say(`for ${harmless(policy.agent_ids.join(', '))}`)
  say(JSON.stringify(policy.rules, null, 2))
}

async function add(path: string, options: AddOptions): Promise<void> {
  const policies = await readPolicyFile(path)
  const connection = connect(options)
  const added: Policy[] = []
  for (const { name, policy_type, rules, active, agent_ids, mode } of policies) {
    const body = { name, policy_type, rules, active, agent_ids: agent_ids === null ? null : [...agent_ids] }
    const chosen = options.shadow ? 'shadow' : mode
    const state = options.draft ? { state: 'draft' as const } : {}
    const call = connection.call('policies_create', {
      ...body,
      ...state,
      ...(chosen === undefined ? {} : { mode: chosen }),
    })
    const { policy } = await call.catch((error: unknown) => {
      if (added.length > 0)
        process.stderr.write(`writ: added before the failure: ${added.map(({ id }) => id).join(', ')}\n`)
      throw error
    })
    added.push(policy)
    if (!options.json) say(`${policy.id}  ${stateOf(policy)}  ${harmless(policy.name)}`)
  }
  if (options.json) sayJson({ policies: added })
}

async function activate(id: string, options: RemoteOptions): Promise<void> {
  const answer = await connect(options).call('policies_activate', { id })
  if (options.json) return sayJson(answer)
  say(`${harmless(answer.policy.name)}: ${stateOf(answer.policy)}`)
}

async function remove(id: string, options: RemoteOptions): Promise<void> {
  const answer = await connect(options).call('policies_remove', { id })
  if (options.json) return sayJson(answer)
  say(`Removed ${harmless(id)}.`)
}

async function revisions(id: string, options: RemoteOptions): Promise<void> {
  const answer = await connect(options).call('policies_list_revisions', { id })
  if (options.json) return sayJson(answer)
  const rows = answer.revisions.map(({ revision, at, actor, change_type, snapshot }) => {
    return [revision, at, actor, change_type, JSON.stringify(snapshot['rules'] ?? snapshot)]
  })
  sayTable(['REVISION', 'AT', 'BY', 'CHANGE', 'RULES'], rows)
}
