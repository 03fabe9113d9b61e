import { gradeHttp } from './http.rules.ts'
import type { Invocation, Language, Token } from './shell-code.rules.ts'
import { invocations, tokenise } from './shell-code.rules.ts'
import { removes, runRemoval, runWrite } from './shell-code-files.rules.ts'
import {
  CLOUD_DELETE,
  DECODE,
  EXEC,
  EXEC_OF,
  EXEC_SHORT,
  FETCH,
  HIDDEN,
  QUERY,
  REMOVE_TREE,
  RUNS_CODE,
  SEND,
  WRITE,
} from './shell-code-names.rules.ts'
import { adopt, isSecretPath } from './shell-effects.rules.ts'
import type { Hit, State } from './shell-state.rules.ts'
import { HOLE, LIMITS, report } from './shell-state.rules.ts'
import { gradeSql } from './sql.rules.ts'

const security = { type: 'security' } as const
const REMOTE: Hit = {
  ...security,
  danger: 'catastrophic',
  code: 'code.remote_exec',
  say: 'The program runs text that it fetches from the network.',
  flag: 'remote_exec',
}
const DECODED: Hit = {
  ...security,
  danger: 'high',
  code: 'code.decoded_exec',
  say: 'The program runs text that it decodes first.',
  flag: 'obfuscated',
}
const EVAL: Hit = { ...security, danger: 'elevated', code: 'code.eval', say: 'The program runs text as code.' }
const BACKDOOR: Hit = {
  ...security,
  danger: 'catastrophic',
  code: 'code.reverse_shell',
  say: 'The program gives a shell to a network peer.',
  flag: 'remote_exec',
}
const FORKS: Hit = {
  ...security,
  danger: 'catastrophic',
  code: 'code.fork_bomb',
  say: 'The program starts processes without end.',
  flag: 'destructive',
}
const EXFILTRATES: Hit = {
  ...security,
  danger: 'catastrophic',
  code: 'code.exfiltrates',
  say: 'The program sends secrets to the network.',
  flag: 'secret_exposure',
}
const DYNAMIC: Hit = {
  ...security,
  danger: 'elevated',
  code: 'code.dynamic_command',
  say: 'The program runs a command that is only known at run time.',
}
const HIDDEN_CALL: Hit = {
  ...security,
  danger: 'high',
  code: 'code.hidden_call',
  say: 'The program puts together the name of what it calls.',
  flag: 'obfuscated',
}
const DELETES_STORE: Hit = {
  ...security,
  danger: 'high',
  code: 'code.store_delete',
  say: 'The program deletes machines, databases or stored data of a service.',
  flag: 'destructive',
}
const NETWORK: Hit = { danger: 'low', code: 'code.network', type: 'api', say: 'The program uses the network.' }

const TOO_BIG: Hit = {
  ...security,
  danger: 'high',
  code: 'shell.too_complex',
  say: 'The command is nested or long beyond what can be judged.',
}

function command(texts: readonly string[], list: boolean): string {
  return list ? texts.map((text) => `'${text.replaceAll("'", String.raw`'\''`)}'`).join(' ') : (texts[0] ?? '')
}

function isExec(call: Invocation, language: Language, code: string): boolean {
  if (EXEC.test(call.last) || call.name === 'os.execute') return true
  if (!EXEC_SHORT.test(call.last)) return false
  if (call.last === 'exec' && language === 'python') return false
  return (
    EXEC_OF.test(call.name) ||
    /subprocess|child_process/.test(code) ||
    language === 'perl' ||
    language === 'ruby' ||
    language === 'php' ||
    (language === 'node' && call.last !== 'call')
  )
}

function runCommand(call: Invocation, state: State): void {
  const splits = call.list || /^(?:spawn|execFile|exec[vl]|posix|create_subprocess_exec)/.test(call.last)
  const several = call.texts.length > 1 && /^(?:system|exec)$/.test(call.last) && !call.texts[0]?.includes(' ')
  const text = command(call.texts, splits || several)
  // `'rm -rf ' + folder`: what follows the blank or slash is only known at run time.
  const open = call.dynamic && !splits && !several && /[\s/]$/.test(text)
  if (call.texts.length > 0) state.run(open ? `${text}"$UNKNOWN"` : text, null)
  else if (call.dynamic) report(state, DYNAMIC, call.name)
}

const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head'])

function runRequest(call: Invocation, code: string, state: State): void {
  const url = call.texts.find((text) => /^https?:\/\//i.test(text))
  if (url === undefined) return
  const verb = VERBS.has(call.last.toLowerCase())
    ? call.last
    : (/method['"]?\s*[:=]\s*['"](\w+)/i.exec(code)?.[1] ?? 'GET')
  adopt(state, gradeHttp({ method: verb.toUpperCase(), url: url.slice(0, 2048) }), url)
}

interface Traits {
  fetches: boolean
  sends: boolean
  decodes: boolean
  runsCode: boolean
  secret: boolean
}

function decodedPayload(texts: readonly string[], language: Language, state: State): void {
  for (const text of texts.filter((each) => /^[A-Za-z0-9+/=_-]{12,}$/.test(each)).slice(0, 16)) {
    const plain = Buffer.from(text, 'base64').toString('utf8')
    if (state.depth < 8 && /^[\t\n\r -~]+$/.test(plain)) {
      state.depth++
      judgeCode(plain, language, state)
      state.run(plain, null)
      state.depth--
    }
  }
}

function judgeTraits(traits: Traits, code: string, state: State): void {
  if (traits.runsCode && traits.fetches) report(state, REMOTE, code)
  else if (traits.runsCode && traits.decodes) report(state, DECODED, code)
  if (traits.sends && traits.secret) report(state, EXFILTRATES, code)
  const socket =
    /\b(?:socket|TCPSocket|fsockopen|net\.connect|net\.Socket|IO::Socket|Socket)\b|require\(\s*['"](?:node:)?net['"]/.test(
      code,
    )
  const shell = /dup2|pty\.spawn|['"](?:\/bin\/)?(?:ba|z)?sh['"]|\/bin\/(?:ba|z)?sh\b|STDIN,\s*">&/.test(code)
  if ((socket && shell) || /\/(?:inet|dev)\/tcp\//.test(code)) report(state, BACKDOOR, code)
  if (/\bfork\b/.test(code) && /\b(?:while|for|loop)\b/.test(code)) report(state, FORKS, code)
}

/** `array_map('unlink', glob('x'))` calls by name. */
const BY_NAME = /^(?:array_map|array_walk|array_filter|call_user_func(?:_array)?)$/

function judgeCall(call: Invocation, language: Language, code: string, state: State): void {
  const [name, ...texts] = call.texts
  if (BY_NAME.test(call.last) && name !== undefined && !BY_NAME.test(name))
    return judgeCall({ ...call, name, last: name, texts }, language, code, state)
  if (isExec(call, language, code)) runCommand(call, state)
  else if (removes(call, language)) runRemoval(call, code, state)
  else if (WRITE.test(call.last)) runWrite(call, state)
  if (HIDDEN.test(call.last) && call.texts.some((text) => EXEC.test(text) || REMOVE_TREE.test(text)))
    report(state, HIDDEN_CALL, call.name)
  if (CLOUD_DELETE.test(call.last)) report(state, DELETES_STORE, call.name)
  if (QUERY.test(call.last) && call.texts[0] !== undefined && /^\s*(?:\w+\s){1}/.test(call.texts[0]))
    adopt(state, gradeSql(call.texts[0]), call.texts[0])
  runRequest(call, code, state)
}

function traitsOf(calls: readonly Invocation[], tokens: readonly Token[], language: Language, state: State): Traits {
  const code = tokens.map((token) => token.value).join(' ')
  const texts = tokens.filter((token) => token.kind === 'text').map((token) => token.value)
  const url = texts.some((text) => /^(?:https?|ftp):\/\//i.test(text))
  const names = tokens.filter((token) => token.kind === 'name').map((token) => token.value)
  const wholeEnvironment = names.some(
    (name, i) =>
      /^(?:os\.environ|process\.env|ENV)$/.test(name) &&
      names[i + 1] !== 'get' &&
      !/\.\w+$/.test(name.replace(/^(?:os\.environ|process\.env)/, '')),
  )
  return {
    fetches: url && calls.some((call) => FETCH.test(call.last)),
    sends: calls.some((call) => SEND.test(call.last)),
    decodes: calls.some((call) => DECODE.test(call.last) || DECODE.test(call.name)),
    runsCode: calls.some(
      (call) => (RUNS_CODE.test(call.last) && !/^(?:json|yaml|re)\./.test(call.name)) || isExec(call, language, code),
    ),
    secret: texts.some((text) => text.length < 200 && isSecretPath(text, state)) || (wholeEnvironment && url),
  }
}

const CODE_MAX = 16_384
const SECRET_READ: Hit = {
  ...security,
  danger: 'elevated',
  code: 'code.secret_read',
  say: 'The program reads secrets.',
  flag: 'secret_exposure',
}

/** Texts that the language hands to a shell without a call: back-quotes, awk pipes, AppleScript. */
function shellTexts(code: string, tokens: readonly Token[], language: Language): readonly string[] {
  if (language === 'awk') {
    return [...code.matchAll(/"([^"]+)"\s*\|\s*getline|\|\s*"([^"]+)"/g)].map((match) => match[1] ?? match[2] ?? '')
  }
  if (language === 'other') {
    return [...code.matchAll(/do shell script "((?:[^"\\]|\\.)*)"/g)].map((match) =>
      (match[1] ?? '').replaceAll('\\"', '"'),
    )
  }
  return language === 'node' ? [] : tokens.filter((token) => token.tick).map((token) => token.value)
}

/** Program text given to `eval` is read like the program itself. */
function judgeEvaluated(source: string, calls: readonly Invocation[], language: Language, state: State): void {
  for (const call of calls) {
    const inner = call.texts[0]
    if (!/^(?:eval|exec|compile)$/.test(call.last) || !inner || inner === source || state.depth >= 8) continue
    state.depth++
    judgeCode(inner, language, state)
    state.depth--
  }
}

/** Looks through a program text for commands it runs, files it deletes or writes, and where it sends what. */
export function judgeCode(source: string, language: Language, state: State): void {
  if (++state.calls > LIMITS.calls || state.depth > LIMITS.depth) return report(state, TOO_BIG, source)
  const code = source.replaceAll(HOLE, '').slice(0, CODE_MAX)
  const tokens = tokenise(code, language)
  const calls = invocations(tokens)
  for (const call of calls) judgeCall(call, language, code, state)
  const shells = shellTexts(code, tokens, language)
  for (const text of shells) state.run(text, null)
  if (
    shells.some((text) => /^\s*(?:curl|wget)\b/.test(text)) &&
    shells.some((text) => /^\s*(?:\S*\/)?(?:ba|z|da)?sh\b/.test(text))
  )
    report(state, REMOTE, code)
  const traits = traitsOf(calls, tokens, language, state)
  judgeTraits(traits, code, state)
  const texts = tokens.filter((token) => token.kind === 'text').map((token) => token.value)
  if (traits.decodes && traits.runsCode) decodedPayload(texts, language, state)
  if (calls.some((call) => call.last === 'eval' || (call.last === 'exec' && language === 'python'))) {
    report(state, EVAL, code)
    judgeEvaluated(source, calls, language, state)
  }
  if (source.length > CODE_MAX) report(state, TOO_BIG, source)
  if (traits.sends) report(state, NETWORK, code)
  if (traits.secret) report(state, SECRET_READ, code)
}
