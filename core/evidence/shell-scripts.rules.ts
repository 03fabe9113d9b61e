import { gradeHttp } from './http.rules.ts'
import type { Invocation, Language, Token } from './shell-code.rules.ts'
import { invocations, tokenise } from './shell-code.rules.ts'
import { adopt, isSecretPath, output, reportSecretRead } from './shell-effects.rules.ts'
import { reportRemoval } from './shell-remove.rules.ts'
import type { Hit, State } from './shell-state.rules.ts'
import { HOLE, LIMITS, literal, NOTHING, report } from './shell-state.rules.ts'
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
const DYNAMIC_REMOVE: Hit = {
  ...security,
  danger: 'high',
  code: 'code.dynamic_remove',
  say: 'The program deletes what is only known at run time.',
  flag: 'destructive',
}
const NETWORK: Hit = { danger: 'low', code: 'code.network', type: 'api', say: 'The program uses the network.' }

const TOO_BIG: Hit = {
  ...security,
  danger: 'high',
  code: 'shell.too_complex',
  say: 'The command is nested or long beyond what can be judged.',
}

const EXEC =
  /^(?:system|popen\d?|Popen|check_call|check_output|getoutput|getstatusoutput|execSync|execFile(?:Sync)?|spawn(?:Sync|l|v|lp|vp)?|shell_exec|passthru|proc_open|pcntl_exec|exec(?:v|vp|ve|vpe|l|lp|le|lpe)|posix_spawnp?|capture2e?|capture3|pipeline|script|\$)$/
const EXEC_OF = /(?:subprocess|child_process|\bcp|\bsp|Bun|Deno|Open3|pty|commands|os|require|asyncio)\b/
const EXEC_SHORT = /^(?:run|call|exec|spawn|Command|create_subprocess_shell|create_subprocess_exec)$/
const REMOVE_TREE =
  /^(?:rmtree|rm_rf|rm_r|remove_tree|remove_dir|remove_entry_secure|rimraf|emptyDirSync|emptyDir|removeSync|deltree|remove_entry|delete_recursive)$/
const REMOVE = /^(?:unlink(?:Sync)?|rmdir(?:Sync)?|rm(?:Sync)?|remove|removedirs|delete)$/
const REMOVE_OF =
  /^(?:os|fs|fsp|fsPromises|promises|File|FileUtils|Dir|shutil|Deno|pathlib|Path|require|unlink|rmdir|rmSync|unlinkSync|rmdirSync|)$/
const FETCH =
  /^(?:urlopen|urlretrieve|fetch|file_get_contents|curl_exec|get|getstore|read_uri|open|request|httpGet|DownloadString|LWP)$/
const SEND =
  /^(?:post|put|patch|send|sendall|sendto|request|urlopen|connect|fetch|fsockopen|post_form|curl_exec|create_connection)$/
const RUNS_CODE =
  /^(?:eval|exec|Function|compile|instance_eval|class_eval|runInThisContext|runInNewContext|loadstring|loads?|assert|create_function)$/
const DECODE =
  /^(?:b64decode|a85decode|b85decode|base64_decode|atob|decode64|unhexlify|fromhex|decompress|gzinflate|rot13|from|decode|unpack|pack|hex2bin|str_rot13)$/
const WRITE =
  /^(?:open|writeFile(?:Sync)?|appendFile(?:Sync)?|write_text|write_bytes|file_put_contents|write|createWriteStream)$/
const QUERY =
  /^(?:execute|executescript|executemany|query|raw|\$executeRaw|\$executeRawUnsafe|\$queryRawUnsafe|exec_query|runSql)$/

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
  if (call.texts.length > 0) state.run(command(call.texts, splits || several), null)
  else if (call.dynamic) report(state, DYNAMIC, call.name)
}

function removes(call: Invocation): boolean {
  if (REMOVE_TREE.test(call.last)) return true
  if (!REMOVE.test(call.last)) return false
  const owner = call.name.split(/\.|::|->/)[0] ?? ''
  return (
    REMOVE_OF.test(owner) ||
    owner === call.last ||
    (call.subject !== undefined && /[./~]/.test(call.subject) && call.name === call.last)
  )
}

function runRemoval(call: Invocation, code: string, state: State): void {
  const recursive = REMOVE_TREE.test(call.last) || /recursive\s*[:=]>?\s*true/i.test(code)
  const texts = call.texts.length > 0 ? call.texts : call.subject !== undefined && !call.dynamic ? [call.subject] : []
  const targets = texts.filter((text) => !/^(?:\s*|utf-?8|force|recursive)$/i.test(text))
  if (targets.length > 0)
    reportRemoval(
      targets.map((text) => literal(text)),
      { recursive },
      state,
    )
  else
    report(
      state,
      recursive || /\bwalk\b|rglob|recursive|\*\*/.test(code)
        ? DYNAMIC_REMOVE
        : { ...DYNAMIC_REMOVE, danger: 'elevated' },
      call.name,
    )
}

function runWrite(call: Invocation, state: State): void {
  const [first, second] = call.texts
  if (first === undefined) return
  const opens = call.last === 'open'
  if (opens && !/^[waxr]\+?b?t?$/.test(second ?? 'r')) return
  if (opens && (second === undefined || /^rb?t?$/.test(second))) {
    if (isSecretPath(first, state)) reportSecretRead(first, state)
    return
  }
  const path =
    call.last === 'write_text' || call.last === 'write_bytes' || call.last === 'write'
      ? /write_/.test(call.last)
        ? call.subject
        : undefined
      : first
  if (path === undefined || path.length > 1024) return
  output.write(
    { path: literal(path), append: opens && second?.startsWith('a') === true },
    opens || second === undefined ? NOTHING : { text: second, taint: 0 },
    state,
  )
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
  const socket = /\b(?:socket|TCPSocket|fsockopen|net\.connect|net\.Socket|IO::Socket|Socket)\b/.test(code)
  const shell = /dup2|pty\.spawn|['"](?:\/bin\/)?(?:ba|z)?sh['"]|\/bin\/(?:ba|z)?sh\b|STDIN,\s*">&/.test(code)
  if ((socket && shell) || code.includes('/inet/tcp/')) report(state, BACKDOOR, code)
  if (/\bfork\b/.test(code) && /\b(?:while|for|loop)\b/.test(code)) report(state, FORKS, code)
}

function judgeCall(call: Invocation, language: Language, code: string, state: State): void {
  if (isExec(call, language, code)) runCommand(call, state)
  else if (removes(call)) runRemoval(call, code, state)
  else if (WRITE.test(call.last)) runWrite(call, state)
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
    decodes: calls.some((call) => DECODE.test(call.last)),
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
  for (const text of shellTexts(code, tokens, language)) state.run(text, null)
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
