import { zipSync, type Zippable } from 'fflate'
import type { Bundle } from './bundle.ts'

/** The earliest day that a zip can tell, at noon: the same in whatever zone it is written. */
const MTIME = new Date(1980, 0, 1, 12)
const UNIX = 3

/** The same bytes for the same bundle, on every machine and at every time. */
export function zipped(bundle: Bundle): Uint8Array {
  const paths = Object.keys(bundle).toSorted()
  const entries = paths.flatMap((path): [string, Zippable[string]][] => {
    const found = bundle[path]
    if (found === undefined) return []
    // Kind and permissions of the file, as Unix has them in the upper half.
    const attrs = (0o100_000 + (found.executable ? 0o755 : 0o644)) * 2 ** 16
    return [[path, [found.bytes, { mtime: MTIME, os: UNIX, attrs, level: 9 }]]]
  })
  return zipSync(Object.fromEntries(entries))
}
