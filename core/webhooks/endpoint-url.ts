import { isAllowListed, parseAllowList } from '../kernel/allow-list.ts'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'

/** The URL as it is kept. Throws the 400 for what is no https address of the public internet. */
export async function soundUrl(runtime: Runtime, given: string): Promise<string> {
  const url = URL.canParse(given) ? new URL(given) : null
  const problem = url === null ? 'must be a URL as https://example.com/hook' : await problemOf(runtime, url)
  if (url !== null && problem === null) return url.href
  throw new Fault('invalid_input', 'Validation failed', { details: [`url: ${problem}`] })
}

async function problemOf(runtime: Runtime, url: URL): Promise<string | null> {
  const listed = isAllowListed(parseAllowList(runtime.settings.egress_allow), url)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && listed)) return 'must be https'
  if (url.username !== '' || url.password !== '') return 'must not hold a name or password'
  if (url.hash !== '') return 'must not have a fragment'
  return (await runtime.ports.judge?.(url)) ?? null
}
