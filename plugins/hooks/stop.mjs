/**
 * Runs when a turn or a session of an agent client ends: tells the server what the models used since the last time, by
 * the client's own transcript, and delivers what was queued while no server answered. Never gets in the client's way:
 * whatever fails is told on stderr and tried again at the next end. No dependencies; it stands beside gate.sh.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dir = dirname(fileURLToPath(import.meta.url))
const config = JSON.parse(readFileSync(join(dir, 'gate.json'), 'utf8'))
const deadline = AbortSignal.timeout(9000)
/** Per run; the rest follows at the next end. */
const MAX_READ = 64 * 1024 * 1024
const CHUNK = 4 * 1024 * 1024
const MAX_RECORDS = 1000
const MAX_QUEUED = 200

async function post(path, body) {
  const response = await fetch(`${config.url}/api/hosts/${config.host}/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': config.key },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    redirect: 'error',
    signal: deadline,
  })
  const text = await response.text()
  // A refusal stays one however often it is told; only a server in trouble is asked again.
  if (response.status >= 500 || response.status === 429 || response.status === 401)
    throw new Error(`${path}: ${response.status}`)
  if (!response.ok) process.stderr.write(`Writ: ${path} was refused (${response.status}): ${text.slice(0, 300)}\n`)
}

/** Of a transcript only what tells of tokens: no words of the person, of the model, or of a tool leave the machine. */
function tokensOf(line) {
  if (!/"usage"|token_usage_record|token_count|turn_context/.test(line)) return null
  let record
  try {
    record = JSON.parse(line)
  } catch {
    return null
  }
  const { type, timestamp, requestId, message, payload } = record
  if (type === 'assistant' && message?.usage) {
    const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = message.usage
    const usage = { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens }
    return { type, timestamp, requestId, message: { id: message.id, model: message.model, usage } }
  }
  if (type === 'turn_context') return { type, payload: { model: payload?.model } }
  if (type === 'token_usage_record')
    return { type, timestamp, payload: { response_id: payload?.response_id, usage: payload?.usage } }
  if (type === 'event_msg' && payload?.type === 'token_count') {
    const { info } = payload
    return { type, timestamp, payload: { type: 'token_count', thread_id: config.session, info } }
  }
  return null
}

/** Whole lines from `offset` on, and where they end. A line that is still being written waits for the next time. */
function* linesFrom(path, offset) {
  const file = openSync(path, 'r')
  try {
    // A file that became shorter is another one.
    let at = fstatSync(file).size < offset ? 0 : offset
    const end = at + MAX_READ
    let rest = Buffer.alloc(0)
    while (at < end) {
      const chunk = Buffer.alloc(CHUNK)
      const read = readSync(file, chunk, 0, CHUNK, at + rest.length)
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)])
      const last = bytes.lastIndexOf(10)
      if (last >= 0) {
        at += last + 1
        for (const line of bytes.subarray(0, last).toString('utf8').split('\n')) yield { line, at }
        rest = bytes.subarray(last + 1)
      } else rest = bytes
      if (read < CHUNK) return
    }
  } finally {
    closeSync(file)
  }
}

function cursorOf(path) {
  const file = join(dir, 'state', createHash('sha256').update(path).digest('hex').slice(0, 32))
  const read = () => {
    try {
      return Number(readFileSync(file, 'utf8')) || 0
    } catch {
      return 0
    }
  }
  const write = (offset) => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.${process.pid}`, String(offset), { mode: 0o600 })
    renameSync(`${file}.${process.pid}`, file)
  }
  return { read, write }
}

/** The session's transcript and those of its sub-agents. */
function transcriptsOf(path) {
  if (typeof path !== 'string' || !path.endsWith('.jsonl')) return []
  const children = join(dirname(path), basename(path, '.jsonl'), 'subagents')
  let names = []
  try {
    names = readdirSync(children).filter((name) => name.endsWith('.jsonl'))
  } catch {
    // None ran.
  }
  return [path, ...names.map((name) => join(children, name))]
}

async function reportTokens(turn, path) {
  const cursor = cursorOf(path)
  let records = []
  let reached = cursor.read()
  const send = async () => {
    if (records.length > 0) await post('end-turn', { ...turn, records })
    records = []
    cursor.write(reached)
  }
  for (const { line, at } of linesFrom(path, reached)) {
    const record = tokensOf(line)
    if (record) records.push(record)
    // Of one chunk all lines end at its end: nothing of it is passed over by a cursor that is ahead.
    if (records.length >= MAX_RECORDS) await post('end-turn', { ...turn, records: records.splice(0) })
    reached = at
  }
  await send()
}

async function deliverQueue() {
  let names = []
  try {
    names = readdirSync(join(dir, 'queue'))
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .slice(0, MAX_QUEUED)
  } catch {
    return
  }
  for (const name of names) {
    const path = join(dir, 'queue', name)
    const [at, , kind] = basename(name, '.json').split('-')
    const body = readFileSync(path, 'utf8')
    await post(kind === 'record' ? 'record' : `deliver?kind=${kind}&at=${at}`, body)
    rmSync(path, { force: true })
  }
}

async function tried(what, work) {
  try {
    await work()
  } catch (error) {
    process.stderr.write(
      `Writ: ${what}: ${error instanceof Error ? error.message : String(error)}; tried again later.\n`,
    )
  }
}

const event = JSON.parse(readFileSync(0, 'utf8'))
config.session = event.session_id
const turn = { session_id: event.session_id, model: event.model, hook_event_name: event.hook_event_name }
for (const path of transcriptsOf(event.transcript_path))
  await tried('tokens were not reported', () => reportTokens(turn, path))
await tried('the turn was not closed', () =>
  post('end-turn', { ...turn, ended: event.hook_event_name === 'SessionEnd' }),
)
await tried('the queue was not delivered', deliverQueue)
process.stdout.write('{}\n')
