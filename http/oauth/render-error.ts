import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'

/** What the page for errors knows words for. Nothing a stranger wrote reaches it. */
export const pageErrors = [
  'access_denied',
  'invalid_client',
  'invalid_redirect_uri',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'rate_limited',
  'server_error',
  'expired',
] as const

export type PageError = (typeof pageErrors)[number]

/** Where a person is sent whose browser cannot be sent back to the client. */
export function errorPage(error: string): string {
  const known = pageErrors.find((one) => one === error)
  return `/oauth-error?error=${known ?? 'invalid_request'}`
}

/** A browser is shown a page of ours; anybody else gets the JSON of RFC 6749, section 5.2. */
export function renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): void {
  const gone = error.name === 'SessionNotFound'
  if (ctx.accepts('json', 'html') === 'html') {
    ctx.status = 303
    ctx.redirect(errorPage(gone ? 'expired' : out.error))
    ctx.body = ''
    return
  }
  ctx.type = 'json'
  ctx.body = { error: out.error, ...(out.error_description ? { error_description: out.error_description } : {}) }
}
