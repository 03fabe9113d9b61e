import { isAllowListed, parseAllowList } from '../kernel/allow-list.ts'

/** What is wrong with an address that an org gives for something outside: https, unless the operator listed the host. */
export function outsideProblem(text: string | null | undefined, egressAllow: string): string | undefined {
  if (text === null || text === undefined) return undefined
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return 'must not hold a name or a password'
  if (url.protocol === 'https:' || isAllowListed(parseAllowList(egressAllow), url)) return undefined
  return 'must be https, unless the operator allows the host (WRIT_EGRESS_ALLOW)'
}
