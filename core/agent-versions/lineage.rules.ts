/** One agent of a family with the agents that were forked from it. */
export interface Member {
  readonly agent_id: string
  readonly agent_name: string | null
  readonly fork_type: 'exact_clone' | 'prompt_mutation' | 'tool_mutation' | null
  readonly version_id: string | null
  readonly version_number: number
  readonly children: Member[]
}

export type FamilyRow = Omit<Member, 'children'> & { readonly parent_agent_id: string | null }

/** The tree below `root`. Who has no parent among the rows is left out: its branch was cut off. */
export function familyTree(rows: readonly FamilyRow[], root: string): Member {
  const members = new Map(
    rows.map(({ parent_agent_id: _parent, ...row }) => [row.agent_id, { ...row, children: [] as Member[] }]),
  )
  for (const row of rows) {
    const [member, parent] = [members.get(row.agent_id), members.get(row.parent_agent_id ?? '')]
    if (member && parent && row.agent_id !== root) parent.children.push(member)
  }
  const top = members.get(root)
  if (!top) throw new Error('The first of the family is not among its members.')
  return top
}
