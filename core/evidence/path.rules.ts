import {
  CI_DEPLOY,
  CONTROL_PLANE,
  DEVICE,
  HARMLESS_DEVICE,
  isSecretName,
  PACKAGE_CACHE,
  REGENERABLE,
  SECRET_FOLDER,
  SECRET_FOLDER_CODE,
  SECRET_FOLDER_PUBLIC,
  SYSTEM_BELOW,
  SYSTEM_TOP,
  TEMP,
  VCS,
} from './path-classes.rules.ts'
import { normalisePath } from './path-normal.rules.ts'

export { compilePathPatterns, matchPath, patternProblem } from './path-match.rules.ts'

export type PathKind =
  | 'system_root'
  | 'home_root'
  | 'system'
  | 'device'
  | 'secret'
  | 'control_plane'
  | 'ci_deploy'
  | 'vcs'
  | 'regenerable'
  | 'workspace'
  | 'temp'
  | 'other'

export interface PathClass {
  readonly kind: PathKind
  /** One spelling of the path: `/` separators, dots resolved, a home folder as `~`. */
  readonly normalised: string
}

/** What a glob at the end leaves: deleting `/etc/*` is deleting `/etc`. */
function withoutEverything(path: string): string {
  return path.replace(/(?:\/(?:\.?\*+|\{\*,\.\*\}|\.\[[^\]]*\]\*?|\.\?\?\*))+$/, '') || '/'
}

function isSecret(path: string, basename: string): boolean {
  if (isSecretName(basename)) return true
  return SECRET_FOLDER.test(path) && !SECRET_FOLDER_PUBLIC.test(path) && !SECRET_FOLDER_CODE.test(path)
}

function rootKind(path: string): PathKind | null {
  if (path === '/' || /^\/\*+/.test(path)) return 'system_root'
  const whole = withoutEverything(path)
  if (whole === '/') return 'system_root'
  if (whole === '~') return 'home_root'
  return /^\/[^/]+$/.test(whole) && SYSTEM_TOP.has(whole.slice(1)) && whole !== '/dev' ? 'system_root' : null
}

function kindOf(path: string): PathKind {
  const basename = path.slice(path.lastIndexOf('/') + 1)
  if (CONTROL_PLANE.some((pattern) => pattern.test(path))) return 'control_plane'
  if (HARMLESS_DEVICE.test(path)) return 'temp'
  if (TEMP.test(path)) return isSecretName(basename) ? 'secret' : 'temp'
  if (DEVICE.test(path) || path === '/dev') return 'device'
  if (isSecret(path, basename))
    return /(?:^|\/)(?:node_modules|\.venv|venv|site-packages)\//.test(path) ? 'regenerable' : 'secret'
  if (PACKAGE_CACHE.test(path)) return 'regenerable'
  const root = rootKind(path)
  if (root) return root
  if (SYSTEM_BELOW.test(path)) return 'system'
  if (VCS.test(path)) return 'vcs'
  if (REGENERABLE.test(path)) return 'regenerable'
  if (CI_DEPLOY.some((pattern) => pattern.test(path))) return 'ci_deploy'
  return /^[/~]/.test(path) || path === '..' || path.startsWith('../') ? 'other' : 'workspace'
}

/** As long as the longest act. */
const MAX_PATH = 16_384

/**
 * What a path is worth, whatever its spelling. Case is folded, because on most agents' machines `.ENV` opens `.env`.
 * A relative path that climbs out (`../../etc/passwd`) is judged as what it would reach from the root.
 */
export function classifyPath(raw: string): PathClass {
  const { path } = normalisePath(raw.slice(0, MAX_PATH))
  const folded = path.toLowerCase()
  const kind = kindOf(folded)
  if (kind !== 'other' || !folded.startsWith('../')) return { kind, normalised: path }
  const climbed = kindOf(folded.replace(/^(?:\.\.\/)+/, '/'))
  return { kind: climbed === 'system' || climbed === 'device' ? climbed : 'other', normalised: path }
}
