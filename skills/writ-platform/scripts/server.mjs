// What the scripts of this skill share: the server of WRIT_URL and WRIT_API_KEY, and how results are told.
import process from 'node:process'
import { parseArgs } from 'node:util'

/** The command line and the environment; ends with 2 and a sentence where they cannot be used. */
export function read(usage, options = {}) {
  try {
    const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' }, ...options } })
    if (values.help) {
      process.stdout.write(`${usage}\n`)
      process.exit(0)
    }
    return { ...values, url: urlOf(process.env.WRIT_URL), key: process.env.WRIT_API_KEY }
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}\n`)
    return process.exit(2)
  }
}

function urlOf(text) {
  if (!text) throw new Error('WRIT_URL is not set; it is the address of the server, as http://127.0.0.1:3000.')
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Error(`WRIT_URL is "${text}"; it must start with http:// or https://.`)
  }
  return text.replace(/\/+$/, '')
}

/** One call. Never throws: `status` is 0 when no answer came, and `error` says why. */
export async function call({ url, key }, method, path, body) {
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'error',
      headers: { 'content-type': 'application/json', ...(key ? { 'x-api-key': key } : {}) },
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = await response.json().catch(() => ({}))
    return { status: response.status, headers: response.headers, answer, error: sentenceOf(response.status, answer) }
  } catch (error) {
    const late = error.name === 'TimeoutError'
    const why = late ? 'it did not answer in 15 s' : (error.cause?.code ?? error.message)
    return { status: 0, headers: new Headers(), answer: {}, error: `${url} cannot be reached: ${why}` }
  }
}

function sentenceOf(status, { error, details = [] }) {
  return [`${status}: ${error ?? 'the answer is not from a Writ server'}`, ...details].join('; ')
}

/** Collects checks, prints them as they come, and ends the program with 1 when one failed. */
export class Report {
  checks = []
  #json

  constructor(json) {
    this.#json = json === true
  }

  say(line) {
    if (!this.#json) process.stdout.write(`${line}\n`)
  }

  add(check, status, found, remedy) {
    this.checks.push({ check, status, found, ...(remedy ? { remedy } : {}) })
    this.say(
      `${status.padEnd(4)}  ${check.padEnd(10)}  ${found}${remedy && status !== 'ok' ? `\n${' '.repeat(18)}→ ${remedy}` : ''}`,
    )
    return status !== 'fail'
  }

  end(more = {}) {
    const failed = this.checks.filter(({ status }) => status === 'fail').length
    if (this.#json)
      process.stdout.write(`${JSON.stringify({ ok: failed === 0, checks: this.checks, ...more }, null, 2)}\n`)
    else this.say(failed === 0 ? 'All well.' : `${failed} of ${this.checks.length} failed.`)
    process.exitCode = failed === 0 ? 0 : 1
  }
}
