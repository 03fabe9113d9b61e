// The way to the Writ server that `writ install openclaw` set up: for the plugin, and for the hook beside it.
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Twice what the server reads of one output. */
const LARGEST = 4 * 1024 * 1024

/** The server cannot be asked; what that comes to is the operator's choice. */
export class Unreachable extends Error {}

export async function post({ server, key }, path, body, ms) {
  const signal = AbortSignal.timeout(ms)
  const headers = { 'Content-Type': 'application/json', 'X-API-Key': key }
  const init = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'manual', signal }
  const { status, text } = await exchange(`${server}/api/hosts/openclaw/${path}`, init, server)
  const answer = objectOf(text)
  const said = typeof answer?.error === 'string' ? answer.error : 'no reason given'
  if (status >= 500) throw new Unreachable(`the server at ${server} failed (${status}: ${said}).`)
  if (status === 401 || status === 403) {
    throw new Error(`the key was refused (${status}: ${said}). Run writ install openclaw again.`)
  }
  if (status !== 200) throw new Error(`the server did not rule on this call (${status}: ${said}).`)
  if (answer === null) throw new Error(`what answers at ${server} does not speak as a Writ server does.`)
  return answer
}

async function exchange(url, init, server) {
  try {
    const response = await fetch(url, init)
    return { status: response.status, text: await limited(response) }
  } catch (error) {
    const late = error?.name === 'TimeoutError'
    throw new Unreachable(
      late ? `the server at ${server} did not answer in time.` : `no server answers at ${server}.`,
      { cause: error },
    )
  }
}

async function limited(response) {
  const chunks = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > LARGEST) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function objectOf(text) {
  try {
    return objectIn(JSON.parse(text))
  } catch {
    return null
  }
}

export const objectIn = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null)

/** Written by `writ install openclaw`. Nothing of a project is read, and nothing that others could have written. */
export function readConnection() {
  const path = connectionPath()
  let stat, connection
  try {
    stat = statSync(path)
    connection = objectOf(readFileSync(path, 'utf8'))
  } catch {
    throw new Error(`the gate is not set up (${path} cannot be read). Run: writ install openclaw`)
  }
  const own = process.getuid?.()
  if (own !== undefined && ((stat.uid !== 0 && stat.uid !== own) || (stat.mode & 0o022) !== 0)) {
    throw new Error(`others may write ${path}, so it is not believed. Run: writ install openclaw`)
  }
  const isWhole = typeof connection?.server === 'string' && typeof connection.key === 'string'
  if (!isWhole) throw new Error(`${path} is incomplete. Run: writ install openclaw`)
  return connection
}

function connectionPath() {
  try {
    return JSON.parse(readFileSync(new URL('where.json', import.meta.url), 'utf8')).connection
  } catch {
    return join(homedir(), '.writ', 'hosts', 'openclaw', 'connection.json')
  }
}
