import { WritError, type Connection, type InputOf, type OutputOf } from '../client/index.ts'
import type { Check } from './checks-local.ts'

type Diagnosis = OutputOf<'doctor_check'>
type Found = Diagnosis['checks'][number]

export interface ServerDoctor {
  /** Applies what the server offers to repair itself; false only tells of it. */
  readonly fix: boolean
  readonly category?: string
}

/** What the server finds out about itself, repaired where it can; null when this key may not ask. */
export async function checkInside(connection: Connection, { fix, category }: ServerDoctor): Promise<Check[] | null> {
  const diagnosis = await diagnose(connection, category === undefined ? {} : { category })
  if (diagnosis === null) return null
  const fixable = fix ? diagnosis.checks.filter((found) => found.fix !== undefined) : []
  const repaired = new Map<string, string>()
  for (const found of fixable) {
    const done = await apply(connection, found)
    if (done !== null) repaired.set(found.id, done)
  }
  const after = repaired.size === 0 ? diagnosis : await diagnose(connection, category === undefined ? {} : { category })
  return (after ?? diagnosis).checks.map((found) => toCheck(found, repaired.get(found.id)))
}

async function diagnose(connection: Connection, input: InputOf<'doctor_check'>): Promise<Diagnosis | null> {
  try {
    return await connection.call('doctor_check', input)
  } catch (error) {
    if (!(error instanceof WritError)) throw error
    // An unhealthy server says so with 503, and what it found all the same.
    if (Array.isArray(error.body['checks'])) return error.body as unknown as Diagnosis
    if (error.status === 403 || error.status === 404) return null
    throw error
  }
}

async function apply(connection: Connection, { fix }: Found): Promise<string | null> {
  if (fix === undefined) return null
  try {
    const { changed } = await connection.call('doctor_fix', { action: fix.action })
    return changed > 0 ? `repaired: ${fix.title.toLowerCase()}` : null
  } catch (error) {
    if (error instanceof WritError && error.status === 403) return null
    throw error
  }
}

function toCheck({ id, status, found, remedy, fix }: Found, repaired: string | undefined): Check {
  const offer = fix === undefined ? undefined : `${remedy ?? ''} Or let the server do it: writ doctor`.trim()
  const advice = offer ?? remedy
  return {
    check: id,
    status,
    found: repaired === undefined ? found : `${found} (${repaired})`,
    ...(advice === undefined ? {} : { remedy: advice }),
  }
}
