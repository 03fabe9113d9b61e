/** One regular file or directory of a tar archive (POSIX ustar). */
export interface TarEntry {
  readonly name: string
  readonly directory: boolean
  readonly content: Buffer
}

const BLOCK = 512
const DIRECTORY = '5'

const text = (block: Buffer, from: number, length: number): string => {
  const field = block.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? length : end)
}

/** Reads an archive held in memory. Contents are views of `archive`, not copies. */
export function* tarEntries(archive: Buffer): Generator<TarEntry> {
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK)
    const name = text(header, 0, 100)
    if (name === '') return
    const size = Number.parseInt(text(header, 124, 12).trim() || '0', 8)
    const prefix = text(header, 345, 155)
    const start = at + BLOCK
    yield {
      name: (prefix === '' ? name : `${prefix}/${name}`).replace(/^\/+/, ''),
      directory: text(header, 156, 1) === DIRECTORY,
      content: archive.subarray(start, start + size),
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
}
