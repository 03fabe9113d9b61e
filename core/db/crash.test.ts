import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testDatabase, testEngine } from '../testing/database.ts'
import { crashRounds } from './crash.ts'

test('kill -9 under load loses no acknowledged row', { timeout: 120_000 }, async () => {
  const engine = testEngine()
  const database = engine === 'postgres' ? await testDatabase() : undefined
  const directory = mkdtempSync(join(tmpdir(), 'writ-crash-'))
  try {
    const figures = await crashRounds({ engine, rounds: 3, place: database?.url ?? directory })
    expect(figures.acknowledged).toBeGreaterThan(30)
    expect(figures.lost).toBe(0)
  } finally {
    await database?.close()
    rmSync(directory, { recursive: true, force: true })
  }
})
