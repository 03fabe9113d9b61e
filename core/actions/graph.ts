import { sql } from 'kysely'
import { assumptionsOf, type Assumption } from '#core/assumptions/index'
import { loopsOf, type Loop } from '#core/loops/index'
import type { Context } from '../kernel/context.ts'
import type { ActionRow } from './schema.ts'
import { maySee } from './store.ts'

const MAX_PARENTS = 10
const MAX_CHILDREN = 50
const MAX_RELATED = 20
const RELATED_MS = 3_600_000

type EdgeType = 'parent_child' | 'related' | 'assumption_of' | 'loop_from'
interface Edge {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly type: EdgeType
  readonly label: string
}

type Brief = Pick<
  ActionRow,
  | 'action_id'
  | 'parent_action_id'
  | 'agent_id'
  | 'agent_name'
  | 'action_type'
  | 'declared_goal'
  | 'status'
  | 'risk_score'
  | 'outcome_status'
  | 'created_at'
>
const columns = [
  'action_id',
  'parent_action_id',
  'agent_id',
  'agent_name',
  'action_type',
  'declared_goal',
  'status',
  'risk_score',
  'outcome_status',
  'created_at',
] as const

const labels: Readonly<Record<EdgeType, string>> = {
  parent_child: 'led to',
  related: 'same agent, within an hour',
  assumption_of: 'assumed by',
  loop_from: 'left open by',
}

/** Built from the rows as they are now: parents (10 deep, cycles cut), children, neighbours in time, assumptions, loops. */
export async function graphOf(ctx: Context, root: ActionRow) {
  const [parents, children, related, assumptions, loops] = await Promise.all([
    parentsOf(ctx, root),
    childrenOf(ctx, root),
    relatedOf(ctx, root),
    assumptionsOf(ctx, root.action_id),
    loopsOf(ctx, root.action_id),
  ])
  const actions = new Map(
    [root, ...parents, ...children, ...related]
      .filter((row) => maySee(ctx.actor, row))
      .map((row) => [row.action_id, row]),
  )
  const edges: Edge[] = []
  const link = (type: EdgeType, source: string, target: string): void => {
    edges.push({ id: `${type}:${source}:${target}`, source, target, type, label: labels[type] })
  }
  for (const row of actions.values()) {
    const parent = row.parent_action_id
    if (parent !== null && parent !== row.action_id && actions.has(parent))
      link('parent_child', `action:${parent}`, `action:${row.action_id}`)
  }
  const linked = new Set(edges.flatMap((edge) => [edge.source, edge.target]))
  for (const row of related) {
    const id = `action:${row.action_id}`
    if (actions.has(row.action_id) && !linked.has(id)) link('related', `action:${root.action_id}`, id)
  }
  for (const row of assumptions) link('assumption_of', `assumption:${row.assumption_id}`, `action:${root.action_id}`)
  for (const row of loops) link('loop_from', `loop:${row.loop_id}`, `action:${root.action_id}`)
  return {
    rootActionId: root.action_id,
    nodes: [
      ...[...actions.values()].map((row) => actionNode(row, root.action_id)),
      ...assumptions.map(assumptionNode),
      ...loops.map(loopNode),
    ],
    edges,
  }
}

const plain = { riskScore: null, agentId: null, agentName: null, actionType: null, isRoot: false }

function assumptionNode(row: Assumption) {
  return {
    ...plain,
    id: `assumption:${row.assumption_id}`,
    type: 'assumption' as const,
    label: row.assumption,
    status: row.invalidated ? 'invalidated' : row.validated ? 'validated' : 'unvalidated',
    timestamp: row.created_at,
    meta: { basis: row.basis, invalidated_reason: row.invalidated_reason },
  }
}

function loopNode(row: Loop) {
  return {
    ...plain,
    id: `loop:${row.loop_id}`,
    type: 'loop' as const,
    label: row.description,
    status: row.status,
    timestamp: row.created_at,
    meta: { loop_type: row.loop_type, priority: row.priority, owner: row.owner },
  }
}

function actionNode(row: Brief, rootId: string) {
  return {
    id: `action:${row.action_id}`,
    type: 'action' as const,
    label: row.declared_goal,
    status: row.status,
    riskScore: row.risk_score,
    agentId: row.agent_id,
    agentName: row.agent_name,
    actionType: row.action_type,
    timestamp: row.created_at.toISOString(),
    isRoot: row.action_id === rootId,
    meta: { outcome_status: row.outcome_status },
  }
}

async function parentsOf(ctx: Context, root: ActionRow): Promise<Brief[]> {
  if (root.parent_action_id === null) return []
  const { rows } = await sql<Brief>`
    with recursive chain as (
      select ${sql.join(columns.map((name) => sql.ref(`a.${name}`)))}, 1 as depth, array[a.action_id] as seen
      from action_record a where a.org_id = ${ctx.actor.orgId} and a.action_id = ${root.parent_action_id}
      union all
      select ${sql.join(columns.map((name) => sql.ref(`a.${name}`)))}, chain.depth + 1, chain.seen || a.action_id
      from chain join action_record a on a.org_id = ${ctx.actor.orgId} and a.action_id = chain.parent_action_id
      where chain.depth < ${MAX_PARENTS} and not a.action_id = any (chain.seen)
    )
    select * from chain`.execute(ctx.db)
  return rows
}

function childrenOf(ctx: Context, root: ActionRow): Promise<Brief[]> {
  return ctx.db
    .selectFrom('action_record')
    .select(columns)
    .where('org_id', '=', ctx.actor.orgId)
    .where('parent_action_id', '=', root.action_id)
    .orderBy('created_at')
    .limit(MAX_CHILDREN)
    .execute()
}

function relatedOf(ctx: Context, root: ActionRow): Promise<Brief[]> {
  const at = root.created_at.getTime()
  return ctx.db
    .selectFrom('action_record')
    .select(columns)
    .where('org_id', '=', ctx.actor.orgId)
    .where('agent_id', '=', root.agent_id)
    .where('action_id', '<>', root.action_id)
    .where('created_at', '>=', new Date(at - RELATED_MS))
    .where('created_at', '<=', new Date(at + RELATED_MS))
    .orderBy('created_at', 'desc')
    .limit(MAX_RELATED)
    .execute()
}
