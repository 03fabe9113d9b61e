import { decodeBase64, NoteError, parseNote, signNote, type Note, type Signer } from './note.rules.ts'
import { HASH_BYTES } from './tree.rules.ts'

/** What a log commits to: that its first `size` entries have this Merkle root. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

/** The text of a C2SP tlog-checkpoint; Writ adds no extension lines. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (origin === '' || origin.includes('\n')) throw new NoteError('An origin is one line and not empty.')
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

export function signCheckpointNote(checkpoint: Checkpoint, signers: readonly Signer[]): string {
  return signNote(checkpointText(checkpoint), signers)
}

/** Reads a signed checkpoint without trusting it; extension lines are allowed and ignored. */
export function parseCheckpoint(text: string): Checkpoint & { readonly note: Note } {
  const note = parseNote(text)
  const [origin, size, root, ...extensions] = note.text.slice(0, -1).split('\n')
  if (origin === undefined || origin === '') throw new NoteError('A checkpoint starts with its origin.')
  if (size === undefined || !/^(0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw new NoteError('The second line of a checkpoint is its size, without leading zeroes.')
  }
  const hash = root === undefined ? undefined : decodeBase64(root)
  if (hash?.length !== HASH_BYTES) throw new NoteError('The third line of a checkpoint is 32 bytes in base64.')
  if (extensions.includes('')) throw new NoteError('A checkpoint has no empty lines.')
  return { origin, size: Number(size), root: hash, note }
}
