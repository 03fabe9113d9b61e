/**
 * Runs when a session of an agent client begins: compares the gate and the client's own files with the receipt of the
 * install. Takes the event; answers one line of words for whoever reads them (nothing when all is as it was installed),
 * and the event with what was found, for the server. No dependencies; it stands beside gate.sh.
 */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { changedGateFiles, stateOf } from './installed.mjs'

const dir = dirname(fileURLToPath(import.meta.url))
/** The limits of the server: words beyond them would cost the whole report. */
const MOST = 50
const LONGEST = 300
/** Whoever changed one of these may have led the gate elsewhere, so the server is told on a way of our own. */
const TRANSPORT = new Set(['gate.sh', 'gate.conf', 'curl.conf'])

const words = {
  gone: 'is gone',
  changed: 'is not what was installed',
  broken: 'no longer holds what Writ put there',
}

function readReceipt() {
  try {
    const receipt = JSON.parse(readFileSync(join(dir, 'install.json'), 'utf8'))
    return Array.isArray(receipt.places) && typeof receipt.gate === 'object' ? receipt : null
  } catch {
    return null
  }
}

/** A project elsewhere is not this session's, and may be gone without anybody's fault. */
function countsHere({ project }, cwd) {
  return project === undefined || cwd === project || String(cwd).startsWith(project + sep)
}

function findings(receipt, cwd) {
  if (receipt === null) return [`install.json in ${dir}, the receipt of the install, is gone or cannot be read`]
  const gate = changedGateFiles(dir, receipt).map(({ name, state }) => `${name} in ${dir} ${words[state]}`)
  const files = receipt.places
    .filter((place) => countsHere(place, cwd))
    .flatMap((place) => place.files)
    .map((file) => ({ path: file.path, state: stateOf(file) }))
    .filter(({ state }) => state === 'gone' || state === 'broken')
    .map(({ path, state }) => `${path} ${words[state]}`)
  return [...gate, ...new Set(files)].slice(0, MOST).map(oneLine)
}

function oneLine(text) {
  return text.slice(0, LONGEST).replaceAll(/\p{C}/gu, '?')
}

/** A key from a file that is whole; any other could be somebody else's. */
function ownKey(receipt) {
  const changed = new Set(changedGateFiles(dir, receipt).map(({ name }) => name))
  const name = ['connection.json', 'gate.json'].find((one) => one in receipt.gate && !changed.has(one))
  return name === undefined ? null : JSON.parse(readFileSync(join(dir, name), 'utf8')).key
}

async function tellDirectly(receipt, event) {
  const key = ownKey(receipt)
  if (key === null) return
  await fetch(`${receipt.server}/api/hosts/${receipt.host}/start-session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
    body: JSON.stringify(event),
    redirect: 'error',
    signal: AbortSignal.timeout(3000),
  })
}

const event = JSON.parse(readFileSync(0, 'utf8'))
const receipt = readReceipt()
const changed = findings(receipt, event.cwd)
const scope = receipt?.places.some((place) => place.scope === 'managed') ? 'managed' : 'user'
const told = { ...event, install: { machine: oneLine(hostname() || 'unnamed').slice(0, 128), scope, changed } }
const isLed = receipt !== null && changedGateFiles(dir, receipt).some(({ name }) => TRANSPORT.has(name))
if (isLed) {
  try {
    await tellDirectly(receipt, told)
  } catch {
    // Told to the person all the same, below.
  }
}
const sentence =
  changed.length === 0
    ? ''
    : `Writ: this client is not set up as it was installed: ${changed.join('; ')}. Tell the person; writ doctor puts it right.`
// Its words go into the shell's own JSON, so they stand there as in JSON already.
process.stdout.write(`${JSON.stringify(sentence).slice(1, -1)}\n${JSON.stringify(told)}\n`)
