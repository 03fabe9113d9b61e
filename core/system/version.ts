import { readFileSync } from 'node:fs'

/** The package's version; `core/` and `dist/core/` lie at different depths below package.json. */
export const version: string = read('../../package.json') ?? read('../../../package.json') ?? '0.0.0'

function read(path: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
    const isOurs = typeof parsed === 'object' && parsed !== null && 'name' in parsed && parsed.name === 'writ'
    return isOurs && 'version' in parsed && typeof parsed.version === 'string' ? parsed.version : undefined
  } catch {
    return undefined
  }
}
