import { existsSync, readFileSync } from 'node:fs'

/** What the gate beside it believes. */
export interface GateConfig {
  readonly host: 'claude-code' | 'codex' | 'hermes'
  /** Address of the server, without a slash at the end. */
  readonly url: string
  readonly key: string
  /** Absolute path of curl, so that a project's PATH cannot name another one. */
  readonly curl: string
  /** Absolute path of Node, for what reads the transcript when a turn ends. */
  readonly node: string
  /** Seconds to wait for a person. */
  readonly wait: number
  /** What a call that cannot be asked about comes to. */
  readonly unavailable: 'deny' | 'allow'
  /** PEM file of the authority behind the server's certificate, when it is not one the system knows. */
  readonly ca?: string | undefined
}

/** With `-p`, bash takes no start-up file, option or function from an environment that a project may have set. */
export const gateShell = (): string => (existsSync('/bin/bash') ? '/bin/bash -p' : '/bin/sh')

/** The same bytes on every machine. */
export const PROGRAMS = ['gate.sh', 'stop.mjs', 'start.mjs', 'installed.mjs'] as const

const program = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** The files of one gate by name: the programs, which are the same everywhere, what they believe, and how they call. */
export function gateFiles(
  config: GateConfig,
): Readonly<Record<(typeof PROGRAMS)[number] | 'gate.conf' | 'gate.json' | 'curl.conf', string>> {
  for (const [name, value] of Object.entries(config)) {
    if (/[\r\n\0]/.test(String(value))) throw new Error(`${name} of the gate must be one line.`)
  }
  const { host, url, curl, node, wait, unavailable, key } = config
  const lines = {
    HOST: host,
    URL: url,
    CURL: curl,
    NODE: node,
    WAIT: String(wait),
    UNAVAILABLE: unavailable,
    ...directly(url, key),
  }
  return {
    'gate.sh': program('gate.sh'),
    'stop.mjs': program('stop.mjs'),
    'start.mjs': program('start.mjs'),
    'installed.mjs': program('installed.mjs'),
    'gate.json': `${JSON.stringify({ host, url, key })}\n`,
    'gate.conf': `${Object.entries(lines)
      .map(([name, value]) => `${name}=${quoted(value)}`)
      .join('\n')}\n`,
    // Not on the command line, where every user of the machine could read the key.
    'curl.conf': [
      `header = ${curlQuoted(`X-API-Key: ${key}`)}`,
      'noproxy = "*"',
      'proto = "=http,https"',
      'connect-timeout = 2',
      // An output without its secrets comes back whole: twice what the server reads of one.
      'max-filesize = 4194304',
      ...(config.ca === undefined ? [] : [`cacert = ${curlQuoted(config.ca)}`]),
      '',
    ].join('\n'),
  }
}

/** What a shell needs to ask by itself: only over plain HTTP, and never further than this machine. */
function directly(address: string, key: string): Readonly<Record<string, string>> {
  const { protocol, hostname, port, pathname } = new URL(address)
  const isHere = protocol === 'http:' && pathname === '/' && /^(?:127(?:\.\d+){3}|localhost)$/.test(hostname)
  return isHere ? { DIRECT: `${hostname}/${port === '' ? '80' : port}`, KEY: key } : {}
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function curlQuoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
