import { unzipSync } from 'fflate'
import { MAX_BYTES, MAX_FILES } from '#core/skills/index'
import { UsageError } from './failure.ts'

export interface ZipEntry {
  readonly name: string
  readonly bytes: Uint8Array
  readonly isLink: boolean
}

/** The entries of a zip. Refused above the limits, before anything is unpacked, and where two readers could see two skills. */
export function readZip(path: string, zip: Uint8Array): ZipEntry[] {
  const links = new Map(directory(path, Buffer.from(zip)).map(({ name, isLink }) => [name, isLink]))
  const seen = new Set<string>()
  let total = 0
  const files = unpacked(path, () =>
    unzipSync(zip, {
      filter: ({ name, originalSize }) => {
        if (seen.has(name)) throw new UsageError(`${path} has two entries with the name ${JSON.stringify(name)}.`)
        if (!links.has(name) || name === '__proto__') throw new UsageError(`${path} is no sound zip.`)
        seen.add(name)
        total += originalSize
        if (seen.size > 2 * MAX_FILES) throw new UsageError(`${path} has more than ${MAX_FILES} files.`)
        if (total > MAX_BYTES) throw new UsageError(`${path} unpacks to more than ${MAX_BYTES} bytes.`)
        return !name.endsWith('/')
      },
    }),
  )
  const entries = Object.entries(files).map(([name, bytes]) => ({ name, bytes, isLink: links.get(name) === true }))
  if (entries.length > MAX_FILES) throw new UsageError(`${path} has more than ${MAX_FILES} files.`)
  if (entries.length === 0) throw new UsageError(`${path} is empty.`)
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function unpacked<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(
      `${path} is no zip that can be read: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
}

/** Source: PKWARE APPNOTE.TXT, sections 4.3.12 and 4.3.16; the file mode of Unix stands in the upper half of the attributes. */
const END = 0x06054b50
const ENTRY = 0x02014b50
const UNIX = 3
const FORMAT = 0o170000
const LINK = 0o120000

/** Names in the zip's own table, and which of them are symbolic links: what the unpacker does not tell. */
function directory(path: string, zip: Buffer): { name: string; isLink: boolean }[] {
  const broken = new UsageError(`${path} is no sound zip.`)
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || end + 22 > zip.length || zip.readUInt32LE(end) !== END) throw broken
  const count = zip.readUInt16LE(end + 10)
  const entries = []
  for (let at = zip.readUInt32LE(end + 16), n = 0; n < count; n += 1) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== ENTRY) throw broken
    const [nameLength, extra, comment] = [
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
    ]
    const isUtf8 = (zip.readUInt16LE(at + 8) & 0x800) !== 0
    const name = zip.subarray(at + 46, at + 46 + nameLength).toString(isUtf8 ? 'utf8' : 'latin1')
    const mode = zip.readUInt32LE(at + 38) >>> 16
    entries.push({ name, isLink: zip[at + 5] === UNIX && (mode & FORMAT) === LINK })
    at += 46 + nameLength + extra + comment
  }
  return entries
}
