/** Format characters that some file systems drop when they look a name up: `.g<U+200C>it` opens `.git`. */
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu
const HOME_WORD = /^(?:\$HOME|\$\{HOME\}|%USERPROFILE%|%HOMEPATH%|\$env:USERPROFILE|\$env:HOME)(?=\/|$)/i
const HOME_FOLDER = /^\/(?:home|users|var\/home)\/[^/]+(?=\/|$)/i
const TEMP_WORD = /^(?:\$TMPDIR|\$\{TMPDIR\}|%TEMP%|%TMP%|\$env:TEMP)(?=\/|$)/i
/** Other names for the root: a process's own view of it, and where macOS really keeps `/etc`, `/var` and `/tmp`. */
const ROOT_ALIASES: readonly (readonly [RegExp, string])[] = [
  [/^\/proc\/(?:self|thread-self|\d+)\/root(?=\/|$)/i, ''],
  [/^\/private(?=\/(?:etc|var|tmp)(?:\/|$))/i, ''],
]

/** A path in one spelling. `path` has `/` separators, no `.`, no inner `..`, no doubled slash, no trailing slash. */
export interface NormalPath {
  /** Absolute (`/etc/passwd`), below a home (`~/.ssh`), or relative (`src/a.ts`, `../x`). */
  readonly path: string
  /** Windows drive letter in lower case, when one was given; `path` is then absolute without it. */
  readonly drive: string | null
}

function resolveDots(path: string): string {
  const anchor = path.startsWith('/') ? '/' : path === '~' || path.startsWith('~/') ? '~/' : ''
  const kept: string[] = []
  for (const segment of path.slice(anchor.length).split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') kept.push(segment)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (anchor === '') kept.push('..')
  }
  if (anchor === '~/') return kept.length > 0 ? `~/${kept.join('/')}` : '~'
  return anchor + kept.join('/') || (anchor === '' ? '.' : '/')
}

/** `\\?\C:\x`, `C:\x`, `/c/x` with a drive, `file:///x`, alternate data streams and trailing dots that Windows ignores. */
function stripWindows(text: string): NormalPath {
  let path = text.replace(/^file:\/\/(?:localhost)?(?=\/)/i, '').replaceAll('\\', '/')
  path = path.replace(/^\/\/[?.]\//, '')
  const drive = /^\/?([A-Za-z]):(?=\/|$)/.exec(path)
  if (drive) path = path.slice(drive[0].length) || '/'
  path = path.replace(/::\$(?:DATA|INDEX_ALLOCATION)$/i, '')
  return { path, drive: drive?.[1]?.toLowerCase() ?? null }
}

/** One spelling for the many that name the same file. Purely lexical: symbolic links are not followed. */
export function normalisePath(raw: string): NormalPath {
  const { path: slashed, drive } = stripWindows(raw.normalize('NFC').replace(IGNORED, '').trim())
  let path = slashed.replace(HOME_WORD, '~').replace(TEMP_WORD, '/tmp')
  path = resolveDots(path)
  for (const [alias, real] of ROOT_ALIASES) path = path.replace(alias, real) || '/'
  path = path.replace(HOME_FOLDER, '~').replace(/^\/(?:var\/)?root(?=\/|$)/, '~')
  return { path: path.replace(/^~[a-z_][\w-]*(?=\/|$)/i, '~'), drive }
}
