/**
 * Redirect URIs are compared character by character: what is never parsed cannot be parsed differently. The one
 * exception is RFC 8252, section 7.3: on loopback the port is chosen when the client starts.
 */
export function isRedirectAllowed(given: unknown, registered: readonly string[]): given is string {
  if (typeof given !== 'string') return false
  if (registered.includes(given)) return true
  const bare = withoutLoopbackPort(given)
  return bare !== undefined && registered.some((one) => withoutLoopbackPort(one) === bare)
}

/** `http://127.0.0.1:1234/x` as `http://127.0.0.1/x`; undefined for whatever is not plainly a loopback address. */
function withoutLoopbackPort(uri: string): string | undefined {
  const [, host, port, rest] =
    /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?(\/[^\s\\#]*)?$/.exec(uri) ?? []
  if (host === undefined || Number(port ?? 1) > 65_535 || Number(port ?? 1) === 0) return undefined
  return `http://${host}${rest ?? ''}`
}

const MAX_URI = 1024
const MAX_URIS = 12
/** Would run in the page that redirects, or read a file. */
const forbidden = new Set(['javascript:', 'vbscript:', 'data:', 'blob:', 'file:', 'about:', 'ws:', 'wss:', 'ftp:'])

/** Why a client may not register these, in a sentence; undefined when it may. */
export function redirectProblem(uris: unknown): string | undefined {
  if (!Array.isArray(uris) || uris.length === 0) return 'redirect_uris must name at least one address'
  if (uris.length > MAX_URIS) return `redirect_uris: at most ${MAX_URIS} addresses`
  for (const uri of uris) {
    const problem = uriProblem(uri)
    if (problem !== undefined) return `redirect_uris: ${problem}`
  }
  return undefined
}

function uriProblem(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || uri.length > MAX_URI) return `an address is a text of at most ${MAX_URI} characters`
  // oxlint-disable-next-line no-control-regex -- exactly these are refused
  if (!URL.canParse(uri) || /[\u0000-\u0020\u007f-\uffff\\#]/.test(uri)) return 'an address is not a plain absolute URI'
  const { protocol, username, password } = new URL(uri)
  if (username !== '' || password !== '' || /^[a-z][\w+.-]*:\/\/[^/?]*@/i.test(uri)) return 'an address names a user'
  if (forbidden.has(protocol)) return `${protocol} cannot be redirected to`
  if (protocol === 'http:' && withoutLoopbackPort(uri) === undefined) return 'http is for loopback addresses only'
  return undefined
}
