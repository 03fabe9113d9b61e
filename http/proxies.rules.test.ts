import { describe, expect, test } from 'vitest'
import { clientAddress, parseTrustedProxies } from './proxies.rules.ts'

describe('the address of a caller', () => {
  const trusted = parseTrustedProxies('loopback, 10.1.0.0/16, 2001:db8::5')
  test.each([
    ['nothing is trusted', '198.51.100.9', '203.0.113.1', '198.51.100.9'],
    ['a trusted proxy names the caller', '127.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['a mapped address is the address it carries', '::ffff:127.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['what the caller wrote itself does not count', '127.0.0.1', '1.1.1.1, 203.0.113.1', '203.0.113.1'],
    ['a row of trusted proxies is walked through', '10.1.2.3', '203.0.113.1, 2001:db8::5, 127.0.0.1', '203.0.113.1'],
    ['a proxy that is not on the list ends the walk', '127.0.0.1', '203.0.113.1, 10.2.0.1', '10.2.0.1'],
    ['with a port', '127.0.0.1', '203.0.113.1:4711', '203.0.113.1'],
    ['IPv6 with a port', '127.0.0.1', '[2001:db8::7]:4711', '2001:db8::7'],
    ['no address ends the walk', '127.0.0.1', '203.0.113.1, unknown', '127.0.0.1'],
    ['an empty header', '127.0.0.1', '', '127.0.0.1'],
    ['no header', '127.0.0.1', undefined, '127.0.0.1'],
    ['only proxies', '127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ])('%s', (_, peer, forwarded, address) => {
    expect(clientAddress(peer, forwarded, trusted)).toBe(address)
  })
})

test('without a list nobody is believed', () => {
  expect(clientAddress('127.0.0.1', '203.0.113.1', parseTrustedProxies(''))).toBe('127.0.0.1')
})

test.each(['10.1.0.0/99', 'proxy.example', '*'])('%s is refused by name', (text) => {
  expect(() => parseTrustedProxies(`loopback,${text}`)).toThrow(`WRIT_TRUSTED_PROXIES: ${text}`)
})
