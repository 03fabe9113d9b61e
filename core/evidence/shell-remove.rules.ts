import { classifyPath } from './path.rules.ts'
import type { PathKind } from './path.rules.ts'
import { placed } from './shell-effects.rules.ts'
import type { Arg, Hit, State } from './shell-state.rules.ts'
import { HOLE, known, report } from './shell-state.rules.ts'

interface Removal {
  readonly recursive: boolean
}

const destructive = { type: 'security', flag: 'destructive' } as const
const ROOT: Hit = {
  ...destructive,
  danger: 'catastrophic',
  code: 'shell.remove_root',
  say: 'Deletes a file system, home or system root.',
  flag: 'protected_target',
}
const SYSTEM: Hit = {
  ...destructive,
  danger: 'catastrophic',
  code: 'shell.remove_system',
  say: 'Deletes a part of the operating system.',
  flag: 'protected_target',
}
const SYSTEM_FILE: Hit = {
  ...destructive,
  danger: 'high',
  code: 'shell.remove_system_file',
  say: 'Deletes a file of the operating system.',
  flag: 'protected_target',
}
const CONTROL: Hit = {
  ...destructive,
  danger: 'catastrophic',
  code: 'shell.remove_control_plane',
  say: 'Deletes the files that govern the agent.',
  flag: 'control_plane',
}
const UNBOUND_ROOT: Hit = {
  ...destructive,
  danger: 'catastrophic',
  code: 'shell.remove_unbound_root',
  say: 'Deletes from the root when the variable is empty.',
  flag: 'protected_target',
}
const UNBOUND: Hit = {
  ...destructive,
  danger: 'high',
  code: 'shell.remove_unknown',
  say: 'Deletes recursively a folder that is only known at run time.',
}
const UNBOUND_SCRATCH: Hit = {
  danger: 'elevated',
  code: 'shell.remove_scratch',
  type: 'cleanup',
  say: 'Deletes a scratch folder that is only known at run time.',
}
const SECRET: Hit = { ...destructive, danger: 'high', code: 'shell.remove_secret', say: 'Deletes keys or credentials.' }
const VCS: Hit = { ...destructive, danger: 'high', code: 'shell.remove_history', say: 'Deletes version control data.' }
const RECURSIVE: Hit = {
  ...destructive,
  danger: 'high',
  code: 'shell.remove_recursive',
  say: 'Deletes a folder that no build writes again.',
}
const EVERYTHING: Hit = {
  danger: 'elevated',
  code: 'shell.remove_glob',
  type: 'cleanup',
  say: 'Deletes every file of a folder.',
}
const DATA: Hit = {
  ...destructive,
  danger: 'high',
  code: 'shell.remove_data',
  say: 'Deletes a database or backup file.',
}
const FILE: Hit = { danger: 'low', code: 'shell.remove_file', type: 'cleanup', say: 'Deletes single files.' }
const REGENERABLE: Hit = {
  danger: 'low',
  code: 'shell.remove_regenerable',
  type: 'cleanup',
  say: 'Deletes build output or caches.',
}
const UNKNOWN_FILE: Hit = {
  danger: 'elevated',
  code: 'shell.remove_unknown_file',
  type: 'cleanup',
  say: 'Deletes a file that is only known at run time.',
}

const SCRATCH_NAME = /te?mp|cache|build|dist|scratch|sandbox|work_?dir|stag(?:e|ing)|out(?:put)?_?dir|fixture|artifact/i
const SCRATCH =
  /(?:^|\/)(?:tmp|temp|logs?|\.tmp|\.temp|\.astro|\.vercel|\.netlify|Pods|\.bundle|\.pnpm-store|_site|public\/build|artifacts|test-output|\.jest-cache|\.rollup\.cache|\.webpack|\.esbuild|\.swc|\.nx\/cache|\.wireit|\.yarn\/cache|allure-results|mochawesome-report|lcov-report|\.scannerwork|(?:tmp|temp)[-_.][\w.-]*|[\w.-]+[-_](?:tmp|temp|cache))(?:\/\*?)?$/
export const JUNK =
  /(?:^|[/.*])(?:pyc|pyo|pyd|log|tmp|temp|bak|old|orig|rej|swp|swo|cache|map|o|obj|class|tsbuildinfo|DS_Store|gcda|gcno|prof|lcov|coverage|pid|lock|out|err|tgz|whl|gem|crate|egg-info|__pycache__|node_modules)(?:\/\*?)?$|~$|(?:^|\/)Thumbs\.db$|core\.\d+$/
const DATA_FILE =
  /\.(?:db|sqlite3?|mdb|ldf|mdf|dump|rdb|aof|ibd|bak)$|backup[^/]*\.(?:sql|gz|tar|tgz|zip|zst|xz|bz2|7z)$|\.sql\.(?:gz|zst|bz2|xz)$/i
const TEST_FILE = /(?:^|[/_.-])(?:test|tests|testing|e2e|tmp|temp)(?:[_.-][^/]*)?$/i
const PROTECTED_NAME = /prod|backup|live|master|main\./i

const BY_KIND: Partial<Record<PathKind, { readonly recursive: Hit; readonly file: Hit }>> = {
  system_root: { recursive: ROOT, file: ROOT },
  home_root: { recursive: ROOT, file: ROOT },
  system: { recursive: SYSTEM, file: SYSTEM_FILE },
  device: { recursive: SYSTEM, file: SYSTEM_FILE },
  control_plane: { recursive: CONTROL, file: CONTROL },
  secret: { recursive: SECRET, file: SECRET },
  vcs: { recursive: VCS, file: VCS },
  regenerable: { recursive: REGENERABLE, file: REGENERABLE },
  temp: { recursive: REGENERABLE, file: FILE },
}

/** A variable in front: judged once as empty (the classic accident) and once as some folder. */
function unknownTarget(target: Arg, how: Removal): Hit | null {
  const rest = known(target.text)
  if (/^\/?(?:\*|\.\*|\.\/?)?$/.test(rest) && rest !== '' && rest !== '.') {
    return how.recursive || rest.includes('*') ? UNBOUND_ROOT : UNKNOWN_FILE
  }
  if (rest !== '' && !target.text.startsWith(HOLE)) return null
  if (rest !== '') {
    const kind = classifyPath(`x${rest.startsWith('/') ? '' : '/'}${rest}`).kind
    return kind === 'regenerable' || SCRATCH.test(rest) || JUNK.test(rest)
      ? REGENERABLE
      : how.recursive
        ? UNBOUND
        : UNKNOWN_FILE
  }
  if (!how.recursive) return UNKNOWN_FILE
  return SCRATCH_NAME.test(target.raw) ? UNBOUND_SCRATCH : UNBOUND
}

/** `/e*`, `/?tc`: a pattern directly below the root reaches system folders. */
function topGlob(path: string): boolean {
  return /^\/[^/]*[*?[][^/]*\/?$/.test(path) || /^[~/]\/?\.?\*$/.test(path)
}

function plainTarget(path: string, how: Removal): Hit {
  const bare = path.replace(/\/+$/, '')
  if (SCRATCH.test(bare) && !/^\/(?:var|etc|usr)\b/.test(bare)) return REGENERABLE
  if (/^\/mnt\/[a-z]$|^\/[a-z]$/.test(bare)) return ROOT
  if (how.recursive && /^[^*?[]*[\w-]\.[a-z]{2,4}$/i.test(bare.split('/').at(-1) ?? ''))
    return plainTarget(path, { recursive: false })
  if (how.recursive) return JUNK.test(bare) ? REGENERABLE : RECURSIVE
  if (DATA_FILE.test(bare) && TEST_FILE.test(bare) && !PROTECTED_NAME.test(bare)) return FILE
  if (DATA_FILE.test(bare)) return PROTECTED_NAME.test(bare) || !bare.endsWith('.bak') ? DATA : FILE
  return /(?:^|\/)\*$/.test(bare) ? EVERYTHING : FILE
}

export function judgeRemoval(target: Arg, how: Removal, state: State): Hit {
  if (target.text.includes(HOLE)) {
    const hit = unknownTarget(target, how)
    if (hit !== null) return hit
  }
  const path = placed(target.text, state)
  if (topGlob(path)) return ROOT
  if (/(?:^|\/)\*\*$/.test(path))
    return judgeRemoval(
      { ...target, text: path.replace(/\/?\*\*$/, '') || (path.startsWith('/') ? '/' : '.') },
      { recursive: true },
      { ...state, cwd: null },
    )
  const { kind, normalised } = classifyPath(path)
  if (
    kind === 'vcs' &&
    /\.git\/(?:[\w/.-]*\.lock|COMMIT_EDITMSG|MERGE_MSG|gc\.log|rebase-(?:merge|apply))$/.test(normalised)
  )
    return FILE
  if (kind === 'secret' && DATA_FILE.test(normalised)) return DATA
  if (
    kind === 'secret' &&
    /^\.env(?:\.(?:local|test|development))?$/.test(normalised.split('/').at(-1) ?? '') &&
    !how.recursive
  )
    return UNKNOWN_FILE
  const byKind = BY_KIND[kind]
  if (byKind !== undefined) return how.recursive ? byKind.recursive : byKind.file
  return plainTarget(normalised, how)
}

export function reportRemoval(targets: readonly Arg[], how: Removal, state: State): void {
  for (const target of targets) {
    report(
      state,
      judgeRemoval(target, how, state),
      `rm ${how.recursive ? '-r ' : ''}${target.text.includes(HOLE) ? target.raw : target.text}`,
    )
    if (state.writePaths.size < 100 && !target.text.includes(HOLE)) state.writePaths.add(placed(target.text, state))
  }
}
