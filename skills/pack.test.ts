import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import { afterAll, expect, test } from 'vitest'
import { loadSqlParser } from '#core/evidence/index'
import { scanSkill } from '#core/skills/index'
import { readZip } from '../http/cli/skill-zip.ts'
import { packed, skillFiles, skillNames } from './pack.ts'

const scratch = mkdtempSync(join(tmpdir(), 'writ-skills-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const build = fileURLToPath(new URL('build.ts', import.meta.url))

function digests(folder: string, zone: string): Record<string, string> {
  const flags = ['--conditions=writ-source', '--disable-warning=ExperimentalWarning']
  execFileSync(process.execPath, [...flags, build, join(scratch, folder)], { env: { ...process.env, TZ: zone } })
  return Object.fromEntries(
    readdirSync(join(scratch, folder)).map((name) => {
      return [
        name,
        createHash('sha256')
          .update(readFileSync(join(scratch, folder, name)))
          .digest('hex'),
      ]
    }),
  )
}

test('two builds are the same bytes, in any time zone and whenever the files were written', () => {
  const first = digests('first', 'UTC')
  const touched = fileURLToPath(new URL('writ-governance/SKILL.md', import.meta.url))
  utimesSync(touched, new Date(), new Date())
  expect(digests('second', 'Pacific/Auckland')).toEqual(first)
  expect(Object.keys(first)).toEqual(skillNames().map((name) => `${name}.zip`))
})

test.each(skillNames())('%s.zip holds its files, sorted, under its own name', (name) => {
  const files = skillFiles(name)
  expect(Object.keys(unzipSync(packed(name)))).toEqual([...files.keys()])
  expect([...files.keys()]).toContain(`${name}/SKILL.md`)
  for (const { name: path, bytes, isLink } of readZip('x.zip', packed(name))) {
    expect(Buffer.from(bytes).equals(Buffer.from(files.get(path) ?? []))).toBe(true)
    expect(isLink).toBe(false)
  }
})

test.skipIf(spawnSync('unzip', ['-v']).error !== undefined)('unzip finds no fault in them', () => {
  digests('third', 'UTC')
  for (const name of skillNames()) execFileSync('unzip', ['-t', join(scratch, 'third', `${name}.zip`)])
})

test.each(skillNames())('%s passes the scan that others have to pass', async (name) => {
  await loadSqlParser()
  const files = [...skillFiles(name)].map(([path, bytes]) => ({ path, content: Buffer.from(bytes).toString('utf8') }))
  expect(scanSkill(files)).toMatchObject({ verdict: 'safe', findings: [] })
})
