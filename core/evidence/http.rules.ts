import { buildGrade, span } from './build-grade.rules.ts'
import { HTTP_RULES } from './http-acts.rules.ts'
import type { HttpFacts } from './http-facts.rules.ts'
import { deletes } from './http-facts.rules.ts'
import type { HostKind } from './http-hosts.rules.ts'
import {
  CLOUD_HOSTS,
  CODE_HOSTS,
  DROP_HOSTS,
  hostKind,
  MESSAGE_HOSTS,
  PAYMENT_HOSTS,
  REGISTRY_HOSTS,
} from './http-hosts.rules.ts'
import { classifyPath } from './path.rules.ts'
import type { Danger, Finding, Grade, HttpRequest, Modifier } from './schema.ts'
import { dangerRank } from './schema.ts'
import { gradeSql } from './sql.rules.ts'

const READS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
const BASE: Readonly<Record<string, number>> = {
  GET: 10,
  HEAD: 10,
  OPTIONS: 10,
  TRACE: 10,
  POST: 45,
  PUT: 45,
  PATCH: 45,
  DELETE: 65,
}
const OVERRIDE =
  /(?:^|[&?])_method=(delete|put|patch)\b|"_method"\s*:\s*"(delete|put|patch)"|x-http-method(?:-override)?\s*[:=]\s*(delete|put|patch)/im

/** Shapes of secrets that have no business in a request to a place they do not belong to. */
const SECRET_TEXT =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\b(?:ghp|gho|ghs|ghu|github_pat|glpat|xox[abps]|sk_live|rk_live|sk-ant|npm|writ_live)[_-][\w-]{12,}|\baws_secret_access_key\b|\b[A-Z][A-Z0-9_]*(?:SECRET|PASSWORD|TOKEN|API_KEY|PRIVATE_KEY|DATABASE_URL)[A-Z0-9_]*=\S{6,}|\broot:[x*$!][^:]*:0:0:|\broot:\$\d\w?\$/
const SHELL_BODY =
  /\b(?:cmd|command|exec|query|expression|script)"?\s*[:=]\s*"?[^"&\n]{0,200}(?:\/bin\/(?:ba)?sh|rm\s+-rf|bash\s+-[ci]|nc\s+-e|curl[^"\n]{0,100}\|\s*(?:ba)?sh)|\.execute\(\)|\$\{jndi:|\bT\(java\.lang\.runtime\)|__import__\('os'\)|<!ENTITY\s+\S+\s+SYSTEM/i
const GOVERNED =
  /^\/(?:api\/)?(?:approvals\/[^/]+(?:\/(?:approve|decide))?|actions\/[^/]+\/(?:approve|release)|halt|policies(?:\/[^/]+)*|keys(?:\/[^/]+)*|agents\/[^/]+\/(?:resume|pause)|settings(?:\/[^/]+)*)$/

interface Parsed {
  readonly url: URL
  readonly facts: HttpFacts
  readonly kind: HostKind
}

function decoded(text: string): string {
  let plain = text
  for (let round = 0; round < 2 && /%[0-9a-f]{2}/i.test(plain); round += 1) {
    plain = plain.replace(/(?:%[0-9a-f]{2})+/gi, (hex) => Buffer.from(hex.replaceAll('%', ''), 'hex').toString('utf8'))
  }
  return plain
}

/** Duplicate slashes and dot segments that came in percent-encoded are resolved as most servers do. */
function pathOf(url: URL): string {
  const steps: string[] = []
  for (const step of decoded(url.pathname).toLowerCase().split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '' && step !== '.') steps.push(step)
  }
  return `/${steps.join('/')}`
}

function parse(request: HttpRequest): Parsed | null {
  const text = request.url.trim().replace(/^(?=[\w.-]+(?::\d+)?(?:\/|$))(?![a-z][a-z0-9+.-]*:[^\d])/i, 'http://')
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const body = (request.body_excerpt ?? '').slice(0, 16_384)
  const override = OVERRIDE.exec(`${url.search}\n${body}`)
  const method = (override?.[1] ?? override?.[2] ?? override?.[3] ?? request.method.trim()).toUpperCase() || 'GET'
  const host = url.hostname.toLowerCase().replace(/\.$/, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const query = decoded(url.search.slice(1)).toLowerCase()
  const facts = { method, write: !READS.has(method), host, port, path: pathOf(url), query, body: body.toLowerCase() }
  return { url, facts, kind: hostKind(host) }
}

function finding(code: string, danger: Danger, message: string, text: string): Finding {
  return { code, danger, message, span: span(text) }
}

function schemeFindings(url: URL): Finding[] {
  if (/^https?:$|^wss?:$/.test(url.protocol)) return []
  if (url.protocol === 'file:') {
    const { kind } = classifyPath(url.pathname)
    const secret = kind === 'secret' || kind === 'device'
    return [
      finding('http.local_file', secret ? 'high' : 'elevated', 'The address reads a file of the machine.', url.href),
    ]
  }
  const known = /^(?:ftps?|sftp|data|about|mailto):$/.test(url.protocol)
  return [
    finding(
      'http.odd_scheme',
      known ? 'elevated' : 'high',
      `Requests by "${url.protocol}" can reach what HTTP cannot.`,
      url.href,
    ),
  ]
}

function placeFindings({ url, facts, kind }: Parsed): Finding[] {
  const found: Finding[] = []
  if (kind === 'metadata') {
    const keys = /credential|token|iam|identity|service-accounts|user-data|attributes|kube-env|managed/.test(facts.path)
    found.push(
      finding(
        'http.metadata',
        keys ? 'catastrophic' : 'high',
        'The cloud’s metadata service hands out the machine’s own keys.',
        url.href,
      ),
    )
  }
  if (kind !== 'public' && facts.write && GOVERNED.test(facts.path)) {
    found.push(
      finding(
        'http.governance',
        'catastrophic',
        'An agent would approve its own acts or change its own rules.',
        facts.path,
      ),
    )
  } else if (facts.write && /(?:^|[.-])(?:writ|dashclaw)(?:[.-]|$)/.test(facts.host) && GOVERNED.test(facts.path)) {
    found.push(
      finding(
        'http.governance',
        'catastrophic',
        'An agent would approve its own acts or change its own rules.',
        facts.path,
      ),
    )
  } else if (facts.write && /\/(?:approvals?|actions)\/[^/]+\/(?:approve|decide)$/.test(facts.path)) {
    found.push(finding('http.approval', 'elevated', 'The call approves something in another system.', facts.path))
  }
  return found
}

/** Long opaque text in a query to a stranger is how data leaves by GET. */
function leaksByQuery({ facts }: Parsed, raw: string): boolean {
  return (
    /(?:^|[&?=])[\w+/%-]{120,}={0,2}(?:&|$)/.test(raw) || SECRET_TEXT.test(decoded(raw)) || /\$\(|`/.test(facts.query)
  )
}

/** What long base64 and hexadecimal runs say when they are read. */
function hiddenTexts(raw: string): readonly string[] {
  const runs =
    decoded(raw)
      .match(/[A-Za-z0-9+_-]{24,}={0,2}/g)
      ?.slice(0, 16) ?? []
  return runs.flatMap((run) => {
    const plain = Buffer.from(run, /^[0-9a-f]+$/i.test(run) ? 'hex' : 'base64').toString('latin1')
    return /^[\t\n\r -~]+$/.test(plain.slice(0, -2)) ? [plain] : []
  })
}

function leakFindings(parsed: Parsed, request: HttpRequest): Finding[] {
  const { facts, kind, url } = parsed
  if (kind === 'loopback') return []
  const found: Finding[] = []
  const body = request.body_excerpt ?? ''
  const drop = DROP_HOSTS.test(facts.host)
  const secret = [body, decoded(url.search), ...hiddenTexts(`${url.pathname}${url.search} ${body}`)].some((text) =>
    SECRET_TEXT.test(text),
  )
  if (secret && kind !== 'private') {
    const message = 'A secret would leave for another system.'
    found.push(finding('http.secret_sent', drop ? 'catastrophic' : 'high', message, facts.host))
  }
  if (drop && facts.write)
    found.push(finding('http.drop', 'high', 'Whatever is posted there is public to whoever holds the link.', url.href))
  else if (drop && leaksByQuery(parsed, url.search))
    found.push(finding('http.drop', 'high', 'The address carries data to a public drop.', url.href))
  else if (drop)
    found.push(
      finding(
        'http.drop_read',
        'elevated',
        'The address is a public drop; what it serves can change at any time.',
        url.href,
      ),
    )
  else if (
    facts.write &&
    /@?(?:\/etc\/(?:passwd|shadow)|\.ssh\/id_|\.aws\/credentials|(?:^|[\s"@=/])\.env\b)/.test(body) &&
    kind === 'public' &&
    /^@|=@|"@/.test(body)
  ) {
    found.push(finding('http.file_sent', 'high', 'A file with secrets would be uploaded.', body))
  }
  if (url.username || url.password)
    found.push(finding('http.password_in_url', 'elevated', 'The address carries a user name or password.', facts.host))
  return found
}

/** On the developer's own machine these empty a development store. */
const MILD_AT_HOME = /collection_delete|big_delete|bulk_delete|graphql_destroy|search_wipe/

/** Stores that take SQL over HTTP. */
function sqlFindings({ facts }: Parsed, request: HttpRequest): Finding[] {
  const speaks =
    /^(?:8123|8086|9000|8812)$/.test(facts.port) || /clickhouse|influx|questdb|trino|presto|rqlite/.test(facts.host)
  if (!speaks) return []
  const query = new URLSearchParams(facts.query)
  const texts = [query.get('query'), query.get('q'), query.get('sql'), request.body_excerpt]
  return texts
    .flatMap((text) => (text ? gradeSql(text.replaceAll('+', ' ')).reasons : []))
    .filter(({ danger }) => dangerRank(danger) >= dangerRank('high'))
}

function actFindings({ facts, kind, url }: Parsed): Finding[] {
  const found = HTTP_RULES.filter((rule) => rule.when(facts)).map(({ code, danger, message }) => {
    const one = code !== 'http.search_wipe' || (deletes(facts) && /^\/[a-z][\w.-]*$/.test(facts.path))
    const milder = kind === 'loopback' && one && MILD_AT_HOME.test(code)
    return finding(code, milder ? 'elevated' : danger, message, `${facts.method} ${url.host}${facts.path}`)
  })
  if (SHELL_BODY.test(facts.body) || /\$\{jndi:/.test(facts.query)) {
    found.push(finding('http.command_in_body', 'high', 'The body carries a command for the server to run.', facts.body))
  }
  if (
    !facts.write &&
    /\/(?:delete|destroy|remove|drop|purge|wipe|shutdown|truncate)(?:[/_-]?\w+)?(?:\/|$)|(?:^|&)(?:action|op|cmd|do)=(?:delete|destroy|drop|purge|shutdown)/.test(
      `${facts.path}&${facts.query}`,
    )
  ) {
    found.push(
      finding(
        'http.acting_read',
        'elevated',
        'The address reads like an act, although the method is one of reading.',
        facts.path,
      ),
    )
  }
  if (facts.method === 'DELETE' && found.length === 0 && kind !== 'loopback') {
    const production = /(?:^|[.-])(?:prod|production|live)(?:[.-]|$)/.test(facts.host)
    found.push(finding('http.delete', production ? 'high' : 'elevated', 'The call deletes something.', facts.path))
  }
  if (!(facts.method in BASE))
    found.push(finding('http.odd_method', 'elevated', 'The method is not one of the usual ones.', facts.method))
  return found
}

function modifiersOf({ facts, kind }: Parsed): Modifier[] {
  const modifiers: Modifier[] = []
  const sensitive = [PAYMENT_HOSTS, CLOUD_HOSTS, REGISTRY_HOSTS].some((hosts) => hosts.test(facts.host))
  if (sensitive && facts.write) modifiers.push({ factor: 'sensitive_host', delta: 20 })
  if (kind === 'loopback') modifiers.push({ factor: 'localhost', delta: -10 })
  return modifiers
}

/** Writing to a stranger is worth a look; to oneself, a model or a code host's issue list it is daily work. */
function leastDanger({ facts, kind }: Parsed): Danger {
  if (!facts.write) return 'none'
  if (kind !== 'public') return 'low'
  const watched = [PAYMENT_HOSTS, CLOUD_HOSTS, REGISTRY_HOSTS, MESSAGE_HOSTS].some((hosts) => hosts.test(facts.host))
  return watched && !CODE_HOSTS.test(facts.host) && !/generativelanguage|aiplatform|bedrock|oauth2/.test(facts.host)
    ? 'elevated'
    : 'low'
}

/** Grades one HTTP request by method, address and body. Resolves no names and never throws. */
export function gradeHttp(request: HttpRequest): Grade {
  const parsed = parse(request)
  if (parsed === null) {
    const reason = finding('http.unreadable_url', 'elevated', 'The address cannot be read.', request.url)
    return buildGrade({
      actionType: 'api',
      baseRisk: 45,
      atLeast: 'elevated',
      findings: [reason],
      flags: ['unreadable'],
    })
  }
  const { url, facts } = parsed
  const findings = [
    ...schemeFindings(url),
    ...placeFindings(parsed),
    ...leakFindings(parsed, request),
    ...actFindings(parsed),
    ...sqlFindings(parsed, request),
  ]
  return buildGrade({
    actionType: 'api',
    baseRisk: BASE[facts.method] ?? 45,
    atLeast: leastDanger(parsed),
    findings,
    modifiers: modifiersOf(parsed),
    flags: [...new Set(findings.map(({ code }) => code.replace('http.', '')))],
    hosts: facts.host ? [facts.host] : [],
    target: `${url.protocol}//${url.host}${url.pathname}`,
  })
}
