import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { Writ } from './index.ts'
import { pythonProblem, runPython } from './test-python.ts'

const problem = pythonProblem()
if (problem !== null) process.stderr.write(`The Python client is not run against the server: ${problem}.\n`)

const PRELUDE = `
import json, os, sys, threading, time
from writ import *
URL, AGENT, ADMIN = (os.environ[name] for name in ("WRIT_URL", "WRIT_AGENT", "WRIT_ADMIN"))
agent = Writ(URL + "/", AGENT, "python-agent", agent_name="Python agent")
person = Writ(URL, ADMIN, "person")
def failure(work, *given, **named):
    try:
        work(*given, **named)
    except Exception as error:
        return error
    raise AssertionError("no error")
def expect(seen, wanted):
    if seen != wanted: raise AssertionError(f"{seen!r} is not {wanted!r}")
`

describe.skipIf(problem !== null)('the Python client against a server', () => {
  let server: TestInstance
  beforeAll(async () => (server = await testInstance()))
  afterAll(() => server.close())

  const python = (program: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const env = { WRIT_URL: server.url, WRIT_AGENT: server.agentKey, WRIT_ADMIN: server.adminKey, ...more }
    return runPython(`${PRELUDE}\n${program}`, env)
  }

  test('guard: a block is an answer, and speaks for the agent', async () => {
    const output = await python(`
answer = agent.guard("cleanup", act={"kind": "shell", "command": "rm -rf /"})
expect((answer["decision"], answer["agent_id"], answer["agent_name"]), ("block", "python-agent", "Python agent"))
expect(agent.guard("review", agent_id="another")["agent_id"], "another")
print(answer["risk_score"])`)
    expect(Number(output)).toBeGreaterThanOrEqual(90)
  })

  test('the governed loop: recorded, woken by the decision, reported, looked back at', async () => {
    const output = await python(`
created = agent.create_action("deploy", "Ship 1", target="prod/shop")
action_id = created["action_id"]
expect(created["action"]["status"], "pending_approval")
assert action_id in [one["action_id"] for one in person.get_pending_approvals()["actions"]]
pending = []
def decide():
    while not pending: time.sleep(0.01)
    time.sleep(0.3)
    person.approve_action(action_id, "allow", "looks right")
threading.Thread(target=decide).start()
started = time.monotonic()
answer = agent.wait_for_approval(action_id, timeout=20, interval=15, on_pending=pending.append)
woken = time.monotonic() - started
expect(answer["action"]["status"], "running")
with agent.action_context(action_id) as action:
    assumed = action.record_assumption("The tests passed")["assumption_id"]
    loop = agent.register_open_loop(action_id, "validation", "Watch the error rate")
    expect(agent.resolve_open_loop(loop["loop_id"], "completed", "It is flat")["loop"]["status"], "resolved")
    action.update_outcome(tokens_in=10, tokens_out=5, model="none")
    action.report_success("It is live")
outcome = agent.get_action_outcome(action_id)
expect((outcome["status"], outcome["summary"]), ("completed", "It is live"))
expect(agent.get_action_graph(action_id)["rootActionId"], action_id)
expect(agent.get_action(action_id)["assumptions"][0]["assumption_id"], assumed)
print(len(pending), woken)`)
    const [told, seconds] = output.trim().split(' ').map(Number)
    expect(told).toBe(1)
    // The poll interval is 15 seconds: sooner means that the stream woke it.
    expect(seconds).toBeLessThan(10)
  })

  test('a denial, a timeout and an exception in the act are three different things', async () => {
    await python(`
denied = agent.create_action("deploy", "Ship 2", target="prod/shop")["action_id"]
person.approve_action(denied, "deny", "use staging")
error = failure(agent.wait_for_approval, denied, timeout=5)
expect((type(error), str(error), error.code), (ApprovalDeniedError, "use staging", "denied"))
late = agent.create_action("deploy", "Ship 3", target="prod/shop")["action_id"]
started = time.monotonic()
error = failure(agent.wait_for_approval, late, timeout=0.4, interval=0.1)
expect((type(error), error.code), (WritError, "timeout"))
assert time.monotonic() - started < 5
running = agent.create_action("review", "Look")["action_id"]
try:
    with agent.action_context(running): raise RuntimeError("it broke")
except RuntimeError: pass
outcome = agent.get_action_outcome(running)
expect((outcome["status"], outcome["error_message"]), ("failed", "RuntimeError: it broke"))
error = failure(agent.report_action_partial, running, {"done": 1})
expect((error.status, str(error), error.decision["current_status"]), (409, "outcome already set", "failed"))`)
  })

  test('a blocked act, a bad key, an unknown action and a refused input each say what they are', async () => {
    await python(`
error = failure(agent.create_action, "cleanup", "Free space", act={"kind": "shell", "command": "rm -rf /"})
expect((type(error), error.status, error.decision["decision"], str(error)),
    (GuardBlockedError, 403, "block", error.decision["reason"]))
expect(error.action["status"], "blocked")
error = failure(Writ(URL, "no-key", "a").guard, "review")
expect((type(error), error.status, error.code), (WritError, 401, "unauthenticated"))
error = failure(agent.get_action, "no/such action?")
expect((error.status, error.code), (404, "not_found"))
error = failure(agent.guard, "x", risk_score=1.5)
expect((error.status, error.code, error.request_id[:4]), (400, "invalid_input", "req_"))
assert any("risk_score" in one for one in error.details)
expect(failure(agent.approve_action, agent.create_action("deploy", "Ship", target="prod/x")["action_id"], "allow").status, 403)
expect(type(failure(agent.guard, "x", no_such_field=1)), TypeError)
expect(str(failure(agent.actions_get, action_id="")), "actions_get needs action_id")
expect(str(failure(agent.call, "nothing_like_it")), "There is no operation nothing_like_it.")
expect(str(failure(Writ, URL, "", "a")), "api_key is required")`)
  })

  test('the same idempotency key is the same action, and a Bearer key counts as one', async () => {
    await python(`
key = derive_idempotency_key({"job": 7, "step": "deploy"})
first = agent.create_action("review", "Look once", idempotency_key=key)
again = agent.create_action("review", "Look once", idempotency_key=key)
expect((again["action_id"], again["idempotent_replay"]), (first["action_id"], True))
bearer = Connection(URL, auth_token=lambda: AGENT)
expect(bearer.actions_get(action_id=first["action_id"])["action"]["action_id"], first["action_id"])
with Writ(URL, AGENT, "a") as short: short.system_health()
expect(str(failure(short.system_health)), "This client is closed.")`)
  })

  test('text of every script, lists, booleans, words of Python: all arrive as they were written', async () => {
    await python(`
goal = "Größe prüfen: 漢字, עברית, 🚀 'quoted' \\"double\\" \\u2028 end"
action = agent.create_action("review", goal, systems_touched=["a,b", "c"], reversible=True)
read = agent.get_action(action["action_id"])["action"]
expect((read["declared_goal"], read["systems_touched"]), (goal, ["a,b", "c"]))
name = "agent/ü 1"
person.agents_create(agent_id=name, description=goal)
expect(agent.get_agent(name)["agent"]["agent_id"], name)
expect([one["agent_id"] for one in agent.get_agents(q="/ü", paused=False)["agents"]], [name])
expect(person.activity_list(from_="2020-01-01T00:00:00Z", limit=1)["activity"][0]["event"], "agent.registered")
expect(agent.heartbeat("busy", {"host": "h"}, current_task_id="t-1")["status"], "ok")
removed = person.actions_remove(action_ids=["act_none", action["action_id"]])
assert removed, removed`)
  })

  test('events as they happen, and again from an id on', async () => {
    await python(`
seen, started = [], None
for frame in agent.events():
    if frame.event == "connected":
        started = agent.create_action("review", "Be heard")["action_id"]
    elif started and frame.data.get("action_id") == started:
        seen.append(frame)
        break
expect((seen[0].event, seen[0].data["declared_goal"]), ("action.created", "Be heard"))
before = str(int(seen[0].id) - 1)
again = next(frame for frame in agent.events(before) if frame.event == "action.created")
expect((again.id, again.data["action_id"]), (seen[0].id, started))`)
  })

  test('a signed action is verified by the server', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const signing = `process.stdout.write(require('node:crypto').sign(null, require('node:fs').readFileSync(0), process.env.PEM))`
    const person = new Writ({ baseUrl: server.url, apiKey: server.adminKey, agentId: 'person' })
    const output = await python(
      `
import subprocess
sign = lambda data: subprocess.run([os.environ["NODE"], "-e", os.environ["SIGNING"]], input=data, stdout=subprocess.PIPE, check=True).stdout
signed = Writ(URL, AGENT, "python-signer", signer=sign)
pairing = signed.create_pairing(os.environ["SPKI"])["pairing"]
person.pairings_approve(id=pairing["id"])
expect(signed.wait_for_pairing(pairing["id"], timeout=5)["status"], "approved")
created = signed.create_action("review", "Größe 1.50", confidence=70, estimated_cost_usd=1.0)
print(created["action_id"])`,
      { PEM: pem, SPKI: spki, NODE: process.execPath, SIGNING: signing },
    )
    const { action } = await person.getAction(output.trim())
    expect(action).toMatchObject({ agent_id: 'python-signer', verified: true })
  })
})

describe.skipIf(problem !== null)('the Python client where the server is not well', () => {
  const CASES = `
import json, os, time
from writ import Connection, Writ, WritError
def failure(work, *given, **named):
    try: work(*given, **named)
    except WritError as error: return error
    raise AssertionError("no error")
writ = Writ(os.environ["WRIT_URL"], "k", "a", retries=2, timeout=0.5)
error = failure(writ.agents_list)
health = writ.system_health()
started = time.monotonic()
paused = writ.halt_get()
waited = time.monotonic() - started
guard = failure(writ.guard, "x")
keyed = failure(writ.guard, "x", idempotency_key="k1")
moved = failure(writ.orgs_list)
far = failure(writ.settings_get)
slow = failure(writ.policies_list)
html = failure(writ.keys_list)
nowhere = failure(Connection("http://127.0.0.1:9", retries=0).system_health)
print(json.dumps({"health": health, "waited": waited, "far": far.retry_after, "html": str(html),
    "codes": [error.code, guard.code, keyed.code, moved.status, far.status, slow.code, nowhere.code]}))`

  test('repeats only what can be repeated, keeps to Retry-After, follows no redirect', async () => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      const path = request.url ?? ''
      seen.push(`${request.method} ${path}`)
      const times = seen.filter((one) => one.endsWith(path)).length
      const later = (seconds: string): void =>
        void response.writeHead(503, { 'Retry-After': seconds }).end('{"error":"later","code":"unavailable"}')
      if (path === '/api/agents') request.socket.destroy()
      else if (path === '/api/guard') request.resume().on('end', () => later('0'))
      else if (path === '/api/health' && times < 3) later('0')
      else if (path === '/api/halt' && times < 2) later('1')
      else if (path === '/api/orgs') response.writeHead(302, { Location: '/api/elsewhere' }).end()
      else if (path === '/api/settings') later('3600')
      else if (path === '/api/keys') response.writeHead(500).end('<h1>Bad</h1>')
      else if (path !== '/api/policies') response.end('{"status":"ok"}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const output = await runPython(CASES, { WRIT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
    server.closeAllConnections()
    server.close()
    const { waited, ...told } = JSON.parse(output) as { waited: number }
    expect(told).toEqual({
      health: { status: 'ok' },
      far: 3600,
      html: 'Request failed with status 500',
      codes: ['unreachable', 'unavailable', 'unavailable', 302, 503, 'timeout', 'unreachable'],
    })
    expect(waited).toBeGreaterThanOrEqual(1)
    const counts = Object.fromEntries([...new Set(seen)].map((one) => [one, seen.filter((two) => two === one).length]))
    expect(counts).toEqual({
      'GET /api/agents': 3,
      'GET /api/health': 3,
      'GET /api/halt': 2,
      'POST /api/guard': 1 + 3,
      'GET /api/orgs': 1,
      'GET /api/settings': 1,
      'GET /api/policies': 1,
      'GET /api/keys': 1,
    })
  })
})
