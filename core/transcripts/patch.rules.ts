export interface PatchedFile {
  readonly path: string
  readonly change: 'add' | 'update' | 'delete' | 'move'
  /** The lines it brings in. */
  readonly added: string
}

const header = /^\*\*\* (Add File|Update File|Delete File|Move to): (.+)$/
const changes = { 'Add File': 'add', 'Update File': 'update', 'Delete File': 'delete', 'Move to': 'move' } as const

/** The files that a patch in the `*** Begin Patch` form touches, in order. */
export function patchedFiles(patch: string): PatchedFile[] {
  const files: { path: string; change: PatchedFile['change']; added: string[] }[] = []
  for (const line of patch.split('\n')) {
    const [, kind, path] = header.exec(line.trimEnd()) ?? []
    if (kind !== undefined && path !== undefined) {
      files.push({ path: path.trim(), change: changes[kind as keyof typeof changes], added: [] })
    } else if (line.startsWith('+')) {
      files.at(-1)?.added.push(line.slice(1))
    }
  }
  return files.map(({ added, ...file }) => ({ ...file, added: added.join('\n') }))
}
