import type { z } from 'zod'
import { compare } from '#core/agent-versions/compare.op'
import { create } from '#core/agent-versions/create.op'
import type { get } from '#core/agent-versions/get.op'
import { list } from '#core/agent-versions/list.op'
import { rollback } from '#core/agent-versions/rollback.op'
import type { Call, Reply } from '../dialect.ts'
import { fieldsOf, invalid, pageOf, paginationOf } from './fields.ts'

type Version = z.output<typeof get.output>['version']
type Listed = z.output<typeof list.output>['versions'][number]

export function versionToWire(version: Version): object {
  const { prompt, tools, config } = version
  return { id: version.version_id, versionNumber: version.version_number, prompt, tools, config }
}

export async function listVersions({ params, query, run }: Call): Promise<Reply> {
  const asked = pageOf(query, 20)
  const { limit, offset } = asked
  const { versions, total } = await run(list, { agent_id: params['id'] ?? '', limit, offset, with_prompt: true })
  return { status: 200, body: { data: versions.map(listedToWire), pagination: paginationOf(asked, total) } }
}

function listedToWire(version: Listed): object {
  return {
    id: version.version_id,
    versionNumber: version.version_number,
    prompt: version.prompt ?? '',
    commitMessage: version.commit_message ?? '',
    createdAt: version.created_at,
    createdBy: { id: version.created_by, email: version.created_by_name },
  }
}

export async function createVersion({ params, body, run }: Call): Promise<Reply> {
  const given = fieldsOf(body, { commitMessage: 'commit_message', expectedVersionId: 'expected_version_id' })
  if (Object.keys(given).length === 0)
    throw invalid(['(body): name at least one of prompt, tools, config, commitMessage'])
  const { version, diff_from_parent: diff } = await run(create, { ...given, agent_id: params['id'] ?? '' })
  return {
    status: 201,
    body: {
      id: version.version_id,
      versionNumber: version.version_number,
      parentVersionId: version.parent_version_id,
      diffFromParent: diff,
    },
  }
}

export async function compareVersions({ params, query, run }: Call): Promise<Reply> {
  const [from, to] = [query.get('from') ?? undefined, query.get('to') ?? undefined]
  const asked = { agent_id: params['id'] ?? '', from, to } as z.input<typeof compare.input>
  const found = await run(compare, asked)
  const told = ({ version_id, version_number }: typeof found.from) => ({
    id: version_id,
    versionNumber: version_number,
  })
  return { status: 200, body: { from: told(found.from), to: told(found.to), diff: found.diff } }
}

export async function rollBack({ params, body, run }: Call): Promise<Reply> {
  const given = fieldsOf(body, { versionId: 'version_id', commitMessage: 'commit_message' })
  const asked = { ...given, agent_id: params['id'] ?? '' } as z.input<typeof rollback.input>
  const { version } = await run(rollback, asked)
  const { version_id: id, version_number: versionNumber, commit_message: commitMessage } = version
  return { status: 201, body: { id, versionNumber, commitMessage } }
}
