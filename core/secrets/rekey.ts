import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '#core/db/database'
import { Fault } from '#core/kernel/errors'
import { openSecret, sealSecret } from './box.rules.ts'
import { encryptedColumns, type EncryptedColumn } from './columns.ts'

export interface MasterKeys {
  readonly from: Uint8Array
  readonly to: Uint8Array
}

export interface Rekeyed {
  readonly table: string
  readonly column: string
  /** Rows that are encrypted under the new key now. */
  readonly changed: number
  /** Rows that were before: a repeated run finds all of them so. */
  readonly already: number
}

interface Row {
  readonly key: readonly string[]
  readonly box: Uint8Array
}

const BATCH = 500

/**
 * Encrypts every stored secret under another key, in one transaction. A row that neither key opens refuses the whole:
 * its secret would be lost without a word. No server may run meanwhile, as it would go on to use the former key.
 */
export async function rekeySecrets(db: Kysely<Database>, keys: MasterKeys): Promise<readonly Rekeyed[]> {
  return db.transaction().execute(async (trx) => {
    const done: Rekeyed[] = []
    for (const column of Object.values<EncryptedColumn>(encryptedColumns))
      done.push(await rekeyColumn(trx, column, keys))
    return done
  })
}

async function rekeyColumn(trx: Transaction<Database>, column: EncryptedColumn, keys: MasterKeys): Promise<Rekeyed> {
  await sql`lock table ${sql.table(column.table)} in share row exclusive mode`.execute(trx)
  let changed = 0
  let already = 0
  let after: readonly string[] | undefined
  for (;;) {
    const rows = await rowsAfter(trx, column, after)
    const fresh = rows.flatMap((row) => resealed(row, column, keys) ?? [])
    await store(trx, column, fresh)
    changed += fresh.length
    already += rows.length - fresh.length
    if (rows.length < BATCH) return { table: column.table, column: column.column, changed, already }
    after = rows.at(-1)?.key
  }
}

async function rowsAfter(
  trx: Transaction<Database>,
  { table, column, key }: EncryptedColumn,
  after: readonly string[] | undefined,
): Promise<Row[]> {
  const names = sql.join(key.map((name) => sql.ref(name)))
  const texts = sql.join(key.map((name) => sql`${sql.ref(name)}::text`))
  const later = after === undefined ? sql`` : sql` and (${names}) > (${sql.join(after)})`
  const { rows } = await sql<Row>`
    select array[${texts}] as key, ${sql.ref(column)} as box from ${sql.table(table)}
    where ${sql.ref(column)} is not null${later} order by ${names} limit ${sql.lit(BATCH)}`.execute(trx)
  return rows
}

/** The row under the new key; undefined when it is so already. */
function resealed({ key, box }: Row, column: EncryptedColumn, { from, to }: MasterKeys): Row | undefined {
  const boundTo = column.boundTo(...key)
  const what = `${column.table} ${key.join('/')}`
  let secret: Buffer
  try {
    secret = openSecret(box, from, boundTo, { what })
  } catch (cause) {
    if (opens(box, to, boundTo)) return undefined
    const message = `${what}: neither the old nor the new secret key opens what is stored in ${column.column}. Nothing was changed.`
    throw new Fault('unprocessable', message, { cause })
  }
  return { key, box: sealSecret(secret, to, boundTo) }
}

function opens(box: Uint8Array, masterKey: Uint8Array, boundTo: string): boolean {
  try {
    openSecret(box, masterKey, boundTo, { what: 'it' })
    return true
  } catch {
    return false
  }
}

async function store(trx: Transaction<Database>, { table, column, key }: EncryptedColumn, rows: Row[]): Promise<void> {
  if (rows.length === 0) return
  const arrays = key.map((_, at) => sql`${rows.map((row) => row.key[at] ?? '')}::text[]`)
  const boxes = sql`${rows.map(({ box }) => Buffer.from(box).toString('hex'))}::text[]`
  const names = sql.join([...key, 'box'].map((name) => sql.ref(name)))
  const same = sql.join(
    key.map((name) => sql`t.${sql.ref(name)} = fresh.${sql.ref(name)}`),
    sql` and `,
  )
  await sql`
    update ${sql.table(table)} as t set ${sql.ref(column)} = decode(fresh.box, 'hex')
    from unnest(${sql.join([...arrays, boxes])}) as fresh (${names}) where ${same}`.execute(trx)
}
