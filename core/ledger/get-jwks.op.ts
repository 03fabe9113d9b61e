import { z } from 'zod'
import { operation } from '#core/kernel/operation'
import { jwkOf, listKeys } from './keys.ts'

export const getJwks = operation({
  name: 'ledger_get_jwks',
  title: 'Get the ledger signing keys',
  description: 'Get the public keys that sign the ledger of an org, retired ones included, as a JSON Web Key Set.',
  input: z.object({
    org: z.string().min(1).max(128).default('org_default').describe('Org whose keys are asked for'),
  }),
  output: z.object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string().describe('JWK thumbprint (RFC 7638)'),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
      }),
    ),
  }),
  scope: 'public',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/.well-known/jwks.json', aliases: ['/api/ledger/jwks'] },
  mcp: 'hidden',

  // The one query that trusts its input for the org: public keys are public, and a reader of a foreign export has no key here.
  async handler(ctx, input) {
    return { keys: (await listKeys(ctx.db, input.org)).map(jwkOf) }
  },
})
