import { createHash } from 'node:crypto'
import { unzipSync } from 'fflate'
import { beforeAll, expect, test } from 'vitest'
import { downloads } from './build.ts'
import { claudeAndCodexPlugin } from './claude-code/generate.ts'
import { textOf } from './bundle.ts'
import { zipped } from './zip.ts'

let files: ReadonlyMap<string, Uint8Array>
beforeAll(async () => {
  files = await downloads()
})

const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test('the same bytes a second time, and each under its digest', async () => {
  const again = await downloads()
  expect([...again].map(([name, bytes]) => [name, sum(bytes)])).toEqual(
    [...files].map(([name, bytes]) => [name, sum(bytes)]),
  )
  const lines = new TextDecoder().decode(files.get('SHA256SUMS')).trimEnd().split('\n')
  expect(lines).toEqual([...files].slice(0, -1).map(([name, bytes]) => `${sum(bytes)}  ${name}`))
})

test('every file of every bundle', () => {
  const listed = [...files]
    .filter(([name]) => name !== 'SHA256SUMS')
    .map(([name, bytes]) => [name, Object.keys(unzipSync(bytes))])
  expect(Object.fromEntries(listed)).toEqual({
    'writ-claude-code-and-codex.zip': [
      '.agents/plugins/marketplace.json',
      '.claude-plugin/marketplace.json',
      ...Object.keys(claudeAndCodexPlugin())
        .filter((path) => path.startsWith('plugins/'))
        .toSorted(),
    ],
    'writ-hermes.zip': ['writ/__init__.py', 'writ/plugin.yaml'],
    'writ-openclaw.zip': [
      'writ/hooks/writ-sessions/HOOK.md',
      'writ/hooks/writ-sessions/handler.js',
      'writ/hooks/writ-sessions/server.mjs',
      'writ/index.mjs',
      'writ/openclaw.plugin.json',
      'writ/package.json',
      'writ/server.mjs',
    ],
    'writ.mcpb': ['manifest.json', 'server/index.mjs'],
  })
})

test('a program can be run where it was unpacked, and carries no clock', () => {
  const one = zipped({ 'a.sh': { bytes: new Uint8Array([1]), executable: true }, b: { bytes: new Uint8Array([2]) } })
  const zip = Buffer.from(one.buffer, one.byteOffset, one.byteLength)
  const modes: number[] = []
  const times = new Set<number>()
  for (let at = zip.indexOf('PK\u0001\u0002'); at >= 0; at = zip.indexOf('PK\u0001\u0002', at + 1)) {
    modes.push(zip.readUInt32LE(at + 38) >>> 16)
    times.add(zip.readUInt32LE(at + 12))
  }
  expect(modes).toEqual([0o100_755, 0o100_644])
  expect(times.size).toBe(1)
})

test('no bundle names a place of the machine that built it', () => {
  for (const [name, bytes] of files) {
    if (name === 'SHA256SUMS') continue
    for (const [path, text] of Object.entries(unzipSync(bytes))) {
      expect([name, path, textOf({ bytes: text }).includes(process.cwd())]).toEqual([name, path, false])
    }
  }
})
