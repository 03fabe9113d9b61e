import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { normalisePath } from './path-normal.rules.ts'
import { classifyPath, compilePathPatterns, matchPath, patternProblem } from './path.rules.ts'

test.each([
  ['/', 'system_root'],
  ['/*', 'system_root'],
  ['/etc/*', 'system_root'],
  ['C:\\', 'system_root'],
  ['~', 'home_root'],
  ['$HOME/*', 'home_root'],
  ['/home/ann', 'home_root'],
  ['/dev/sda', 'device'],
  ['/dev/null', 'temp'],
  ['/etc/hosts', 'system'],
  ['/private/etc/hosts', 'system'],
  ['/proc/self/root/usr/bin/id', 'system'],
  ['../../../etc/hosts', 'system'],
  ['C:\\Windows\\System32\\x.dll', 'system'],
  ['.env', 'secret'],
  ['./.ENV.local', 'secret'],
  ['%USERPROFILE%\\.ssh\\id_ed25519', 'secret'],
  ['/etc/shadow', 'secret'],
  ['.env.example', 'workspace'],
  ['src/secrets/index.ts', 'workspace'],
  ['.claude/settings.local.json', 'control_plane'],
  ['~/.writ/config.json', 'control_plane'],
  ['.github/workflows/ci.yml', 'ci_deploy'],
  ['Dockerfile', 'ci_deploy'],
  ['.git/hooks/pre-commit', 'vcs'],
  ['.g\u200cit/config', 'vcs'],
  ['packages/a/node_modules/', 'regenerable'],
  ['dist', 'regenerable'],
  ['dist/../src', 'workspace'],
  ['src/a.ts', 'workspace'],
  ['/tmp/x', 'temp'],
  ['/data/app/main.py', 'other'],
])('%s is %s', (path, kind) => {
  expect(classifyPath(path).kind).toBe(kind)
})

test.each([
  ['a//b/./c/../d', 'a/b/d'],
  ['a\\b', 'a/b'],
  ['C:\\x\\y', '/x/y'],
  ['\\\\?\\C:\\x', '/x'],
  ['/Users/bo/a', '~/a'],
  ['~bo/a', '~/a'],
  ['../a', '../a'],
  ['/../a', '/a'],
  ['./', '.'],
  ['cafe\u0301.txt', 'caf\u00e9.txt'],
])('%s is spelled %s', (raw, path) => {
  expect(normalisePath(raw).path).toBe(path)
})

test.each([
  ['secrets/', 'secrets/prod.key'],
  ['secrets/', 'a/secrets/b/c'],
  ['secrets/', 'secrets'],
  ['migrations/', '/home/ann/app/migrations/0001.sql'],
  ['**/.env', '.env'],
  ['**/.env', '/a/b/.env'],
  ['.env*', 'x/.env.local'],
  ['.env', 'x/../.ENV'],
  ['/etc/', '/etc'],
  ['/etc/**', '/etc/a/b'],
  ['/src/', 'src/a.ts'],
  ['src/*.ts', 'pkg/src/b.ts'],
  ['src/auth/**', 'lib\\..\\src\\auth\\a.ts'],
  ['app/[id]/page.tsx', 'app/[id]/page.tsx'],
  ['app/(group)/', 'app/(group)/x.tsx'],
  ['*.{pem,key}', 'x/y.key'],
  ['~/.ssh', '/Users/bo/.ssh/config'],
  ['C:\\proj\\secret', 'c:/proj/secret/a'],
  ['.git', '.g\u200bit/config'],
])('%s protects %s', (pattern, path) => {
  expect(matchPath([pattern], path)).toBe(pattern)
})

test.each([
  ['middleware.js', 'notmiddleware.js'],
  ['**/.env', 'prod.env'],
  ['secrets/', 'notsecrets/x'],
  ['secrets/', 'secrets.ts'],
  ['src/*.ts', 'src/a/b.ts'],
  ['/etc/', '/home/ann/etc/x'],
  ['a.b', 'axb'],
  ['', 'anything'],
])('%s does not protect %s', (pattern, path) => {
  expect(matchPath([pattern], path)).toBeNull()
})

test('a later exclamation pattern takes back what an earlier one matched', () => {
  const patterns = ['secrets/', '!secrets/README.md']
  expect(matchPath(patterns, 'secrets/README.md')).toBeNull()
  expect(matchPath(patterns, 'secrets/key')).toBe('secrets/')
})

test('case counts only when told so', () => {
  expect(matchPath(['Secrets/'], 'secrets/a')).toBe('Secrets/')
  expect(matchPath(['Secrets/'], 'secrets/a', { foldCase: false })).toBeNull()
})

test.each([
  ['', /empty/],
  ['/', /empty/],
  ['a\nb', /line break/],
  ['x'.repeat(2000), /longer/],
  ['*a*b*c*d', /stars/],
  ['**/a/**/b/**/c/**', /"\*\*"/],
])('the pattern %j is refused with the reason', (pattern, reason) => {
  expect(patternProblem(pattern)).toMatch(reason)
})

test.each(['secrets/', '**/.env', '/etc/**', '*.pem', '!a', 'src/**/test/*.ts'])(
  'the pattern %s is fine',
  (pattern) => {
    expect(patternProblem(pattern)).toBeNull()
  },
)

test('a pattern too rich for bounded matching is widened, never narrowed', () => {
  expect(matchPath(['*a*b*c*d*e'], '1a2b3c4d5e')).not.toBeNull()
})

test('hostile paths and patterns take bounded time', () => {
  const matcher = compilePathPatterns(['*a*a*b', '**/a*a*b/**/c*c*d/x', '*a*a*a*a*a*a*b'])
  const started = performance.now()
  matcher('a'.repeat(8000))
  matcher(`${'a'.repeat(254)}/`.repeat(30))
  matcher('a/'.repeat(4000))
  expect(performance.now() - started).toBeLessThan(2000)
})

test('any text is classified and matched without an error, and normalised to one spelling', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 60 }), (path, pattern) => {
      classifyPath(path)
      matchPath([pattern], path)
      patternProblem(pattern)
      expect(normalisePath(path).path).not.toMatch(/\/\/|\/\.\/|[^.]\/\.\.\/|\\|.\/$/)
    }),
    { numRuns: 500 },
  )
})
