import { isAllowListed, parseAllowList } from '../kernel/allow-list.ts'

/** What is wrong with the address an org gives for its language model: https, unless the operator listed the host. */
export function modelAddressProblem(text: string | null | undefined, egressAllow: string): string | undefined {
  if (text === null || text === undefined) return undefined
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return 'must not hold a name or a password'
  if (url.protocol === 'https:' || isAllowListed(parseAllowList(egressAllow), url)) return undefined
  return 'must be https, unless the operator allows the host (WRIT_EGRESS_ALLOW)'
}
