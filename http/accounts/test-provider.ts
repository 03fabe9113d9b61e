import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import type { Settings } from '#core/kernel/config'

const CLIENT = { client_id: 'writ', client_secret: 'a secret of the client, long' }

interface Claims {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
  readonly amr?: string[]
}

/** A whole OpenID Connect provider on a socket, of which only the person at its sign-in page is played. */
export interface TestProvider {
  /** What a server needs to know of it. */
  readonly settings: Partial<Settings> & Pick<Settings, 'egress_allow'>
  /** The next person the provider signs in. */
  person: Claims
  /** Opens it to the server at this address, which is known only after the server has started with the settings. */
  serve(serverUrl: string): void
  close(): void
}

export async function testProvider(): Promise<TestProvider> {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  const self: TestProvider = {
    settings: {
      egress_allow: new URL(issuer).host,
      sso_issuer: issuer,
      sso_client_id: CLIENT.client_id,
      sso_client_secret: CLIENT.client_secret,
      sso_name: 'Acme ID',
    },
    person: { sub: 'nobody' },
    serve(serverUrl) {
      const answer = provider(issuer, `${serverUrl}/auth/sso/callback`, () => self.person).callback()
      listener.on('request', (request, response) => void answer(request, response))
    },
    close() {
      listener.close()
      listener.closeAllConnections()
    },
  }
  return self
}

function provider(issuer: string, redirectUri: string, person: () => Claims): Provider {
  const grant = { grant_types: ['authorization_code'], response_types: ['code' as const] }
  const made = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [redirectUri], ...grant }],
    claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/play/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...person(), sub }) }),
    pkce: { required: () => true },
    cookies: { keys: ['a test'] },
    renderError: (ctx, out) => {
      ctx.body = out
    },
  })
  made.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/play/')) {
      await next()
      return
    }
    const { sub, amr } = person()
    const { params, session } = await made.interactionDetails(ctx.req, ctx.res)
    const grant = new made.Grant({ accountId: session?.accountId ?? sub, clientId: String(params['client_id']) })
    grant.addOIDCScope('openid email profile')
    const login = { accountId: sub, ...(amr ? { amr } : {}) }
    const result = { login, consent: { grantId: await grant.save() } }
    await made.interactionFinished(ctx.req, ctx.res, result)
    ctx.respond = false
  })
  return made
}
