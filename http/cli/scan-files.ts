import { existsSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CliError } from './cli-error.ts'

export interface History {
  readonly path: string
  readonly bytes: number
}

/** Where Claude Code and Codex keep what they did. */
export function historyFolders(env: NodeJS.ProcessEnv = process.env, home = homedir()): string[] {
  const claude = env['CLAUDE_CONFIG_DIR'] ?? join(home, '.claude')
  const codex = env['CODEX_HOME'] ?? join(home, '.codex')
  return [join(claude, 'projects'), join(codex, 'sessions'), join(codex, 'archived_sessions')].filter((path) =>
    existsSync(path),
  )
}

/** The recordings in these files and folders that were written since then, the largest first: they take longest. */
export function historiesIn(paths: readonly string[], since: Date | null): History[] {
  const found = new Map<string, History>()
  for (const path of paths) {
    for (const file of filesAt(path)) {
      const { size, mtime } = statSync(file)
      if (size > 0 && (since === null || mtime >= since)) found.set(file, { path: file, bytes: size })
    }
  }
  return [...found.values()].toSorted((a, b) => b.bytes - a.bytes)
}

function filesAt(path: string): string[] {
  let isFolder: boolean
  try {
    isFolder = statSync(path).isDirectory()
  } catch (cause) {
    throw new CliError(`${path}: there is no such file or folder.`, { cause })
  }
  if (!isFolder) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
    .map((entry) => join(entry.parentPath, entry.name))
}
