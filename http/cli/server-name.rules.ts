/** Programs that start others, and the words that may follow before the one that is started. */
const LAUNCHERS = new Set([
  'npx',
  'npm',
  'pnpm',
  'pnpx',
  'yarn',
  'bun',
  'bunx',
  'uvx',
  'uv',
  'pipx',
  'node',
  'deno',
  'tsx',
  'python',
  'python3',
  'docker',
  'podman',
])
const VERBS = new Set(['exec', 'dlx', 'x', 'run', 'tool'])
/** File and folder names that say nothing about the server. */
const GENERIC = new Set([
  'index',
  'main',
  'server',
  'cli',
  'stdio',
  '__main__',
  'dist',
  'build',
  'src',
  'lib',
  'bin',
  'out',
])

/** What a wrapped server is called when nobody names it; undefined when its address says nothing. */
export function serverNameOf(target: string, args: readonly string[]): string | undefined {
  if (isUrl(target)) return tidy(new URL(target).host)
  const isLauncher = LAUNCHERS.has(lastOf(target).replace(/\.(?:exe|cmd)$/, ''))
  const words = args.filter((word) => !word.startsWith('-') && !VERBS.has(word))
  return tidy(packageName(isLauncher && words[0] !== undefined ? words[0] : target))
}

export const isUrl = (target: string): boolean => /^https?:\/\//i.test(target)

/** Of `@scope/name@1.2` the name; of a path the last part that says something. */
function packageName(word: string): string {
  if (/^@[^/]+\/[^/]+$/.test(word)) return packageName(word.slice(word.indexOf('/') + 1))
  const parts = word.split(/[\\/]/).filter((part) => part !== '' && part !== '.' && part !== '..')
  const named = parts.map((part) => part.replace(/(?<=.)@[^@]*$/, '').replace(/\.(?:[cm]?[jt]s|py|exe|cmd)$/, ''))
  return named.findLast((part) => !GENERIC.has(part.toLowerCase())) ?? named.at(-1) ?? ''
}

const lastOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

function tidy(text: string): string | undefined {
  const name = text
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/_{2,}/g, '_')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, 64)
  return name === '' ? undefined : name
}
