import { Fault } from '#core/kernel/errors'
import { canonical } from './canonical.ts'
import { parseCheckpoint, type Checkpoint } from './checkpoint.rules.ts'
import { entryLine, ExportCheckpoint, ExportEntry, ExportHeader } from './export.rules.ts'
import { splitLines, type Line } from './lines.rules.ts'
import { emptyHead, extend, leafHash, rootOf, type Head } from './tree.rules.ts'
import { Trust } from './trust.rules.ts'
import { Problems, type Verdict } from './verdict.rules.ts'

export interface VerifyReport {
  /** All three verdicts are. */
  readonly ok: boolean
  /** Every entry is what its hash says, and the tree over them is what every checkpoint says. */
  readonly integrity: Verdict
  /** No entry is missing: 0 to size - 1 without gap, up to the last checkpoint and not beyond. */
  readonly completeness: Verdict
  /** The last checkpoint is signed by a key that the reader trusts; `selfAsserted` when the reader named none. */
  readonly authenticity: Verdict & { readonly selfAsserted: boolean; readonly signedBy: readonly string[] }
  readonly org: string | null
  readonly origin: string | null
  /** Entries read. */
  readonly size: number
  /** Checkpoints read. */
  readonly checkpoints: number
  /** Root over the entries read, base64. */
  readonly root: string
}

export interface VerifyOptions {
  /** Verifier keys or key fingerprints (`parseTrustedKeys`). */
  readonly trustedKeys?: readonly string[]
  /** Checkpoints that the reader kept from earlier: the log must still contain them. Shows a log that was cut or replaced as a whole. */
  readonly knownCheckpoints?: readonly string[]
}

/** Checks an export as bytes, in one pass and constant memory. Answers verdicts for any input; throws only for options that cannot be read. */
export async function verifyExport(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const check = new Check(options)
  for await (const line of splitLines(chunks)) check.line(line)
  return check.report()
}

class Check {
  readonly #integrity = new Problems()
  readonly #completeness = new Problems()
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  readonly #options: VerifyOptions
  readonly #known: Checkpoint[]
  #trust: Trust
  #header: ExportHeader | undefined
  #head: Head = emptyHead
  #nextSeq = 0
  #checkpoints = 0
  #lastCheckpoint = -1

  constructor(options: VerifyOptions) {
    this.#options = options
    this.#known = (options.knownCheckpoints ?? []).map(readKnown)
    this.#trust = new Trust(options.trustedKeys ?? [], [])
  }

  line({ number, bytes, ended }: Line): void {
    if (!ended) this.#completeness.add(`line ${number} has no end: the file was cut, or the line is over 16 MiB`)
    try {
      const text = this.#utf8.decode(bytes)
      const value: unknown = JSON.parse(text)
      if (number === 1) this.#readHeader(text, value)
      else if (value !== null && typeof value === 'object' && 'entry' in value) this.#readEntry(text, value)
      else this.#readCheckpoint(text, value)
    } catch (error) {
      this.#integrity.add(`line ${number} cannot be read: ${firstSentence(error)}`)
    }
  }

  #readHeader(text: string, value: unknown): void {
    const header = ExportHeader.parse(value)
    requireCanonical(text, canonical(value))
    this.#header = header
    this.#trust = new Trust(this.#options.trustedKeys ?? [], header.keys)
    for (const known of this.#known) {
      if (known.origin !== header.origin)
        this.#integrity.add(`the checkpoint you hold is of ${known.origin}, not of ${header.origin}`)
      if (known.size === 0) this.#compareKnown()
    }
  }

  #readEntry(text: string, value: { entry: unknown }): void {
    const { entry, leaf_hash } = ExportEntry.parse(value)
    const body = canonical(value.entry)
    const computed = leafHash(body)
    requireCanonical(`${text}\n`, entryLine(body, Buffer.from(leaf_hash, 'hex')))
    const { seq } = entry
    if (computed.toString('hex') !== leaf_hash)
      this.#integrity.add(`entry ${seq} does not have the hash it is recorded under`)
    if (entry.org !== this.#header?.org)
      this.#integrity.add(`entry ${seq} belongs to ${entry.org}, not to ${this.#header?.org ?? 'a named org'}`)
    if (seq !== this.#nextSeq) this.#completeness.add(`entry ${seq} stands where ${this.#nextSeq} belongs`)
    this.#nextSeq = seq + 1
    this.#head = extend(this.#head, [computed]).head
    this.#trust.hear(entry, this.#header?.origin ?? '')
    this.#compareKnown()
  }

  #readCheckpoint(text: string, value: unknown): void {
    const { checkpoint } = ExportCheckpoint.parse(value)
    requireCanonical(text, canonical(value))
    const { origin, size, root, note } = parseCheckpoint(checkpoint)
    this.#checkpoints += 1
    if (origin !== this.#header?.origin) this.#integrity.add(`the checkpoint of size ${size} is of the log ${origin}`)
    if (size <= this.#lastCheckpoint)
      this.#completeness.add(`the checkpoint of size ${size} follows one of ${this.#lastCheckpoint}`)
    this.#lastCheckpoint = Math.max(this.#lastCheckpoint, size)
    if (size !== this.#head.size) {
      this.#completeness.add(`the checkpoint of size ${size} stands behind ${this.#head.size} entries`)
    } else if (!root.equals(rootOf(this.#head))) {
      this.#integrity.add(`the first ${size} entries do not have the root of their checkpoint`)
    }
    this.#trust.judge(note, size)
  }

  #compareKnown(): void {
    for (const { size, root } of this.#known) {
      if (size === this.#head.size && !root.equals(rootOf(this.#head))) {
        this.#integrity.add(`the first ${size} entries are not those of the checkpoint you hold: history was rewritten`)
      }
    }
  }

  report(): VerifyReport {
    const size = this.#head.size
    if (!this.#header) this.#integrity.add('the first line is not a readable header, so nothing says which log this is')
    if (this.#checkpoints === 0) this.#completeness.add('no checkpoint: nothing says how many entries there should be')
    else if (this.#lastCheckpoint !== size) {
      this.#completeness.add(`the last checkpoint covers ${this.#lastCheckpoint} entries, the export has ${size}`)
    }
    if (this.#header && this.#header.size !== size) {
      this.#completeness.add(`the header announces ${this.#header.size} entries, the export has ${size}`)
    }
    for (const known of this.#known.filter((kept) => kept.size > size)) {
      this.#completeness.add(`the checkpoint you hold covers ${known.size} entries, the export has ${size}`)
    }
    const [integrity, completeness] = [this.#integrity.verdict(), this.#completeness.verdict()]
    const authenticity = this.#authenticity()
    return {
      ok: integrity.ok && completeness.ok && authenticity.ok,
      integrity,
      completeness,
      authenticity,
      org: this.#header?.org ?? null,
      origin: this.#header?.origin ?? null,
      size,
      checkpoints: this.#checkpoints,
      root: rootOf(this.#head).toString('base64'),
    }
  }

  #authenticity(): VerifyReport['authenticity'] {
    const { problems, pinned, trustedSize, signedBy } = this.#trust
    if (!pinned)
      problems.add('self-asserted: the signatures fit only the keys that the export itself names; give a key you trust')
    else if (trustedSize === null) problems.add('no checkpoint is signed by a key you trust')
    else if (trustedSize !== this.#lastCheckpoint) {
      problems.add(
        `your trusted key vouches for ${trustedSize} entries, not for the last checkpoint of ${this.#lastCheckpoint}`,
      )
    }
    return { ...problems.verdict(), selfAsserted: !pinned, signedBy: [...signedBy] }
  }
}

function readKnown(text: string): Checkpoint {
  try {
    return parseCheckpoint(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('invalid_input', `The checkpoint to compare with cannot be read: ${reason}`, { cause })
  }
}

function requireCanonical(actual: string, expected: string): void {
  if (actual !== expected) throw new Error('it is not in canonical form (RFC 8785), as every line of an export is')
}

/** Of a list of schema issues (JSON text), where the first one is; of anything else, its message. */
function firstSentence(error: unknown): string {
  const issues = (error as { issues?: readonly { path: PropertyKey[]; message: string }[] }).issues
  const [first] = issues ?? []
  if (first) return `${first.path.map(String).join('.') || 'the line'}: ${first.message}`
  return error instanceof Error ? error.message : String(error)
}
