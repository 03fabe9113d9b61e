import { join } from 'node:path'
import { textOf, type Bundle } from '../bundle.ts'
import type { Target } from './host.ts'

/** The files of a bundle, put below a folder of the client's. */
export function ownFiles(folder: string, bundle: Bundle, { yields }: { yields?: true } = {}): Target[] {
  return Object.entries(bundle).map(([path, one]) => ({
    path: join(folder, path),
    part: 'own',
    text: textOf(one),
    mode: 0o644,
    ...(yields ? { yields } : {}),
  }))
}
