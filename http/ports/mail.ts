import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { createTransport } from 'nodemailer'
import { isAllowListed, type AllowList } from '#core/kernel/allow-list'
import type { Mail } from '#core/kernel/runtime'
import { isPublicAddress } from './address.rules.ts'
import { EgressError } from './egress-error.ts'

const CONNECT_MS = 5000
const SILENT_MS = 10_000

/** Hands letters to the SMTP servers that orgs name. The address that was checked is the one connected to. */
export function createMail(allow: AllowList): Mail {
  return async (server, letter, signal) => {
    const { host, port, security, user, password } = server
    const address = await addressOf(host, port, allow)
    const transport = createTransport({
      host: address,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      tls: isIP(host) === 0 ? { servername: host } : {},
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    const stop = (): void => transport.close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      const { id, ...words } = letter
      const domain = letter.from.split('@').at(-1) ?? 'localhost'
      await transport.sendMail({ ...words, to: [...letter.to], messageId: `<${id}@${domain}>` })
    } catch (thrown) {
      throw told(thrown, host)
    } finally {
      signal.removeEventListener('abort', stop)
      transport.close()
    }
  }
}

async function addressOf(host: string, port: number, allow: AllowList): Promise<string> {
  const listed = isAllowListed(allow, new URL(`smtp://${isIP(host) === 6 ? `[${host}]` : host}:${port}`))
  const found = await lookup(host, { all: true, verbatim: true }).catch((cause: unknown) => {
    throw new EgressError('unreachable', `${host} has no address.`, cause)
  })
  const bad = listed ? undefined : found.find(({ address }) => !isPublicAddress(address))
  if (bad)
    throw new EgressError('address', `${host} is a private or reserved address; outbound calls to it are refused.`)
  const [first] = found
  if (!first) throw new EgressError('unreachable', `${host} has no address.`)
  return first.address
}

/** The library's errors quote what the server said; only the status may be repeated. */
function told(thrown: unknown, host: string): Error {
  const { responseCode, code } = thrown as { responseCode?: number; code?: string }
  if (code === 'ETLS') return new Error(`${host} offers no encryption`, { cause: thrown })
  if (responseCode !== undefined) return new Error(`${host} answered with status ${responseCode}`, { cause: thrown })
  return new EgressError('unreachable', `${host} could not be reached.`, thrown)
}
