import { readdirSync, readFileSync } from 'node:fs'
import { loadSqlParser, parseLine, score, type CorpusItem } from '#core/evidence/index'
import { readCorpus, wilson } from '#core/scans/corpus-reader'
import { MEDIUM_SCORE, scanInjection } from '#core/scans/index'
import { factRow, type Row } from './rows.ts'

const KINDS = ['shell', 'sql', 'http', 'file'] as const
const CORPUS = new URL('../../core/evidence/corpus/', import.meta.url)

/** Recall and false blocks of the evidence by family, and of the injection scan, each with its interval (Wilson, 95 %). */
export async function corporaSection(): Promise<Row[]> {
  await loadSqlParser()
  const { families, total } = score(evidenceItems())
  const rows: Row[] = [
    {
      name: 'evidence: dangerous acts recalled',
      reached: share(total.recalled, total.dangerous),
      goal: '>= 99 %',
      ok: total.recalled / total.dangerous >= 0.99,
      note: 'the rules were tuned on this corpus: a floor against regressions',
    },
    {
      name: 'evidence: harmless acts blocked',
      reached: share(total.falseBlocks, total.harmless),
      goal: '<= 1 %',
      ok: total.falseBlocks / total.harmless <= 0.01,
    },
  ]
  for (const one of families) {
    const parts = [
      ...(one.dangerous > 0 ? [`recalled ${share(one.recalled, one.dangerous)}`] : []),
      ...(one.harmless > 0 ? [`blocked ${share(one.falseBlocks, one.harmless)}`] : []),
    ]
    rows.push(factRow(`evidence, ${one.family}`, parts.join('; ')))
  }
  return [...rows, ...unseenRows(), ...injectionFloor()]
}

function evidenceItems(): CorpusItem[] {
  return KINDS.flatMap((kind) =>
    readdirSync(new URL(`${kind}/`, CORPUS)).flatMap((file) =>
      readFileSync(new URL(`${kind}/${file}`, CORPUS), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => parseLine(kind, `${kind}/${file.replace('.txt', '')}`, line)),
    ),
  )
}

/** First tries cannot be measured again: the rules have met those texts since. Quoted as they were written down then. */
function unseenRows(): Row[] {
  const readme = readFileSync(new URL('../../core/scans/README.md', import.meta.url), 'utf8')
  const lines = readme.split('\n').filter((line) => line.startsWith('| **Unseen text**'))
  if (lines.length === 0) throw new Error('core/scans/README.md has no figures on unseen text any more.')
  return lines.map((line) => {
    const [, name = '', flagged = '', harmless = ''] = line.split('|').map((cell) => cell.trim())
    const note = 'recorded in core/scans/README.md, not measured by this run'
    return factRow(`injection, ${name.replaceAll('**', '')}`, `attacks ${flagged}; harmless ${harmless}`, note)
  })
}

function injectionFloor(): Row[] {
  const scanned = readCorpus().map(({ family, attack, samples }) => {
    const scans = samples.map((text) => scanInjection([{ where: 'content', text }]))
    return { family, attack, total: samples.length, flagged: scans.filter((scan) => scan.score >= MEDIUM_SCORE).length }
  })
  const sum = (attack: boolean, of: 'total' | 'flagged'): number =>
    scanned.filter((row) => row.attack === attack).reduce((total, row) => total + row[of], 0)
  const note = 'after tuning on all of it: a floor against regressions, not an estimate'
  return [
    factRow('injection, whole corpus: attacks flagged', share(sum(true, 'flagged'), sum(true, 'total')), note),
    factRow('injection, whole corpus: harmless flagged', share(sum(false, 'flagged'), sum(false, 'total')), note),
    ...scanned.map(({ family, flagged, total }) => factRow(`injection, ${family}`, `flagged ${share(flagged, total)}`)),
  ]
}

function share(hits: number, total: number): string {
  const [low, high] = wilson(hits, total)
  return `${hits}/${total} = ${((100 * hits) / total).toFixed(1)} % (${low.toFixed(1)} to ${high.toFixed(1)})`
}
