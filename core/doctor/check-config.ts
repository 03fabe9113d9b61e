import { masterKeyOf } from '#core/secrets/index'
import type { Context } from '../kernel/context.ts'
import type { Check } from './schema.ts'

const LOCAL = new Set(['127.0.0.1', 'localhost', '::1'])

export function checkConfig({ runtime }: Context): Check[] {
  const { settings } = runtime
  return [publicUrl(settings), proxies(settings), masterKey(runtime)]
}

type Settings = Context['runtime']['settings']

function publicUrl({ public_url: url, host }: Settings): Check {
  const check = { id: 'config.public_url', category: 'config' } as const
  if (url === undefined) {
    if (LOCAL.has(host)) return { ...check, status: 'ok', found: 'served on this machine only' }
    const remedy = 'Set WRIT_PUBLIC_URL to the https address that clients use; OAuth needs it.'
    return { ...check, status: 'warn', found: `listens on ${host}, and no public address is set`, remedy }
  }
  const { protocol, hostname, origin } = new URL(url)
  if (protocol === 'https:' || LOCAL.has(hostname)) return { ...check, status: 'ok', found: `clients use ${origin}` }
  const remedy = 'Put the server behind https: keys and sessions travel in clear text.'
  return { ...check, status: 'warn', found: `clients use ${origin} without https`, remedy }
}

function proxies({ public_url: url, trusted_proxies: trusted }: Settings): Check {
  const check = { id: 'config.trusted_proxies', category: 'config' } as const
  if (trusted !== '' || url === undefined || !url.startsWith('https:')) {
    const found = trusted === '' ? 'no proxy is believed' : `believes ${trusted}`
    return { ...check, status: 'ok', found }
  }
  const remedy = 'Set WRIT_TRUSTED_PROXIES to the proxy that ends https, or limits count all callers as one address.'
  return { ...check, status: 'warn', found: 'https ends at a proxy, and none is believed', remedy }
}

function masterKey(runtime: Context['runtime']): Check {
  const check = { id: 'config.secret_key', category: 'config' } as const
  try {
    masterKeyOf(runtime, 'nothing can be encrypted')
    return { ...check, status: 'ok', found: 'secrets in the database are encrypted with a key that is there' }
  } catch {
    const remedy = 'Set WRIT_SECRET_KEY to the key that this database was begun with.'
    return { ...check, status: 'fail', found: 'the key that encrypts secrets cannot be used', remedy }
  }
}
