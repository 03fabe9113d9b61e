import { gradeHttp } from './http.rules.ts'
import { adopt, isSecretPath, output, placed } from './shell-effects.rules.ts'
import { copyOut, sendFiles, syncOut, typedOut } from './shell-copy.rules.ts'
import type { Arg, Call, Flow, Hit } from './shell-state.rules.ts'
import { has, HOLE, known, literal, NOTHING, reportCall, TAINT } from './shell-state.rules.ts'
import type { Table } from './shell-table.rules.ts'
import { catastrophic, elevated, high, low, none, READ, same, TOUCHY, WRITE } from './shell-table.rules.ts'

const EXFILTRATES: Hit = {
  danger: 'catastrophic',
  code: 'net.exfiltrates',
  type: 'security',
  say: 'Sends secrets to another machine.',
  flag: 'secret_exposure',
}
const CREDENTIAL: Hit = {
  danger: 'high',
  code: 'net.credential',
  type: 'security',
  say: 'Puts a credential into what it sends.',
  flag: 'secret_exposure',
}
const BACKDOOR: Hit = {
  danger: 'catastrophic',
  code: 'net.reverse_shell',
  type: 'security',
  say: 'Gives a shell to a network peer.',
  flag: 'remote_exec',
}
const FETCH: Hit = { danger: 'low', code: 'net.fetch', type: 'api', say: 'Uses the network.' }
const RAW_SEND: Hit = {
  danger: 'elevated',
  code: 'net.raw_send',
  type: 'api',
  say: 'Sends data over a raw connection.',
}
const DNS: Hit = {
  danger: 'high',
  code: 'net.dns_tunnel',
  type: 'security',
  say: 'Sends run-time data in a name look-up.',
}

const LOCAL = /^(?:https?:\/\/)?(?:[^/@]*@)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)(?:[:/]|$)/i

interface Draft {
  method: string | null
  readonly urls: Arg[]
  body: string
  taint: number
  file: Arg | null
  secret: boolean
}

const CURL_VALUED =
  /^(?:-[AbcCDeEhKmPQrtuUvwxyYzZ]|--(?:user-agent|cookie|cookie-jar|connect-timeout|max-time|retry|retry-delay|user|proxy|cacert|cert|key|write-out|referer|resolve|limit-rate|range|config|netrc-file|interface|retry-max-time|max-redirs|header|oauth2-bearer|proto|ciphers|tlsv1.3|dns-servers|dump-header|aws-sigv4|url-query|socks5))$/
const CURL_BODY =
  /^(?:-d|--data(?:-\w+)*|--json|-F|--form(?:-string)?|-T|--upload-file|--post-file|--post-data|--body-file|--body-data)$/
const GLUED =
  /^(-[dFTXoH])(.+)$|^(--(?:data(?:-\w+)*|json|form|upload-file|request|output|header|post-file|post-data|body-file|body-data|method|output-document|url)|-O)=(.+)$/s
const AUTH_HEADER = /authori[sz]ation|token|api-?key|cookie|x-auth/i

/** `--data-urlencode name@file` */
const encodedFile = (option: string, text: string): string | null =>
  option === '--data-urlencode' ? (/^[\w.-]+@(.+)$/s.exec(text)?.[1] ?? null) : null

function addBody(draft: Draft, option: string, value: Arg, call: Call): void {
  const text = value.text
  const file = /^(?:-T|--upload-file|--post-file|--body-file)$/.test(option)
    ? text
    : (/(?:^|=)[@<](.+?)(?:;.*)?$/s.exec(text)?.[1] ?? encodedFile(option, text))
  draft.body += `${draft.body === '' ? '' : '&'}${text}`
  draft.taint |= value.taint
  draft.method ??= /^(?:-T|--upload-file)$/.test(option) ? 'PUT' : 'POST'
  if (file === null) return
  if (file === '-' || file === '.') draft.taint |= call.stdin?.taint ?? 0
  else if (isSecretPath(file, call.state) || has(call.state.files.get(placed(file, call.state))?.taint ?? 0, 'secret'))
    draft.secret = true
}

function addOption(draft: Draft, option: string, value: Arg, call: Call): boolean {
  if (CURL_BODY.test(option)) addBody(draft, option, value, call)
  else if (/^(?:-X|--request|--method)$/.test(option)) draft.method = value.text.toUpperCase()
  else if (option === '--url') draft.urls.push(value)
  else if (/^(?:-o|--output|--output-document)$/.test(option) || (option === '-O' && call.name === 'wget'))
    draft.file = value
  else if (/^(?:-H|--header)$/.test(option)) {
    if (has(value.taint, 'secret') && !AUTH_HEADER.test(value.text)) draft.taint |= TAINT.secret
  } else return CURL_VALUED.test(option)
  return true
}

function readCurl(call: Call): Draft {
  const draft: Draft = { method: null, urls: [], body: '', taint: 0, file: null, secret: false }
  const { args } = call
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as Arg
    const glued = GLUED.exec(arg.text)
    if (glued !== null && !/^-[a-zA-Z]{2,5}$/.test(arg.text))
      addOption(draft, glued[1] ?? glued[3] ?? '', { ...arg, text: glued[2] ?? glued[4] ?? '' }, call)
    else if (!arg.text.startsWith('-') || arg.text === '-') draft.urls.push(arg)
    else {
      const value = args[i + 1]
      const bundle = /^-[a-zA-Z]{2,}$/.test(arg.text) ? `-${arg.text.at(-1)}` : arg.text
      if (value !== undefined && addOption(draft, bundle, value, call)) i++
      if (/^-[a-zA-Z]*I|^--head$/.test(arg.text)) draft.method = 'HEAD'
    }
  }
  return draft
}

function judgeSending(draft: Draft, call: Call): void {
  const urlTaint = draft.urls.reduce((sum, url) => sum | url.taint, 0)
  const taint = urlTaint | draft.taint
  const local = draft.urls.every((url) => LOCAL.test(url.text))
  if (local && draft.urls.length > 0) return
  if (draft.secret || has(taint, 'secret')) reportCall(call, EXFILTRATES)
  else if (has(urlTaint, 'named') || (has(draft.taint, 'named') && !/grant_type|username|login/i.test(draft.body)))
    reportCall(call, CREDENTIAL)
}

function curl(call: Call): Flow {
  const draft = readCurl(call)
  judgeSending(draft, call)
  reportCall(call, FETCH)
  for (const url of draft.urls) {
    const text = known(url.text)
    const full = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`
    if (url.text.startsWith(HOLE)) continue
    // A local development server gets whatever text a test sends; the container engine's own port does not count as one.
    const quiet = LOCAL.test(text) && !/:237[56]\b/.test(text)
    const body = draft.body === '' || quiet ? {} : { body_excerpt: known(draft.body).slice(0, 4096) }
    adopt(
      call.state,
      gradeHttp({ method: (draft.method ?? 'GET').slice(0, 32), url: full.slice(0, 2048), ...body }),
      text,
    )
  }
  return received(draft, call)
}

function received(draft: Draft, call: Call): Flow {
  const flow: Flow = { text: null, taint: TAINT.remote | TAINT.unknown }
  const byName =
    call.args.some((arg) => /^-[a-zA-Z]*O[a-zA-Z]*$|^--remote-name/.test(arg.text)) ||
    /^(?:wget|aria2c|axel)$/.test(call.name)
  const last = draft.urls[0]?.text.split(/[?#]/)[0]?.split('/').at(-1)
  const path = draft.file ?? (byName && last ? { text: last, raw: last, taint: 0, glob: false } : null)
  if (path === null || path.text === '-') return flow
  output.write({ path, append: false }, flow, call.state)
  return NOTHING
}

function wget(call: Call): Flow {
  const args = call.args.map((arg) =>
    /^-q?O-?$/.test(arg.text) && arg.text !== '-O' ? { ...arg, text: arg.text.endsWith('-') ? '-O-' : '-O' } : arg,
  )
  const spread = args.flatMap((arg) =>
    arg.text === '-O-'
      ? [
          { ...arg, text: '-O' },
          { ...arg, text: '-' },
        ]
      : [arg],
  )
  return curl({ ...call, name: 'wget', args: spread })
}

/** Text browsers print what they fetch. */
function browse(call: Call): Flow {
  return curl({ ...call, args: call.args.filter((arg) => !arg.text.startsWith('-')) })
}

function httpie(call: Call): Flow {
  const words = call.args.filter((arg) => !arg.text.startsWith('-'))
  const method = /^[A-Z]+$/.test(words[0]?.text ?? '') ? (words[0]?.text ?? 'GET') : words.length > 1 ? 'POST' : 'GET'
  const url = words[method === words[0]?.text ? 1 : 0]
  const secret =
    words.some((arg) => isSecretPath(/@(.+)$/.exec(arg.text)?.[1] ?? '', call.state) || has(arg.taint, 'secret')) ||
    has(call.stdin?.taint ?? 0, 'secret')
  if (secret) reportCall(call, EXFILTRATES)
  if (url !== undefined)
    adopt(
      call.state,
      gradeHttp({
        method,
        url: /^[a-z]+:\/\//i.test(url.text)
          ? known(url.text).slice(0, 2048)
          : `http://${known(url.text).slice(0, 2000)}`,
      }),
      url.text,
    )
  return { text: null, taint: TAINT.remote | TAINT.unknown }
}

/** Raw connections: a listening check is fine, a shell or a secret on the line is not. */
function netcat(call: Call): Flow {
  const words = call.args.map((arg) => arg.text)
  if (words.includes('6379') && call.stdin !== null) call.state.exec([literal('redis-cli')], call.stdin)
  const text = words.join(' ')
  const shell =
    words.some(
      (word, i) =>
        /^-[a-z]*[ec]$|^--(?:exec|sh-exec)$/.test(word) &&
        /(?:^|\/)(?:(?:ba|z|da|k|a)?sh|cmd(?:\.exe)?|powershell|pwsh)\b/.test(words[i + 1] ?? ''),
    ) || /(?:exec|system):['"]?(?:\/bin\/)?(?:ba|z|da)?sh|--(?:sh-)?exec[= ]/i.test(text)
  if (shell || has(call.stdin?.taint ?? 0, 'shell')) reportCall(call, BACKDOOR)
  else if (
    has(call.stdin?.taint ?? 0, 'secret') ||
    call.args.some((arg) => isSecretPath(arg.text.replace(/^(?:file|open):/i, ''), call.state))
  )
    reportCall(call, EXFILTRATES)
  else if (/^-[a-z]*z/.test(words[0] ?? '') || words.includes('-z'))
    reportCall(call, { ...FETCH, danger: 'none', type: 'review' })
  else if (call.stdin !== null && !LOCAL.test(words.find((word) => !word.startsWith('-')) ?? ''))
    reportCall(call, RAW_SEND)
  return { text: null, taint: TAINT.remote | TAINT.unknown }
}

function sendStdin(call: Call): undefined {
  const secret =
    has(call.stdin?.taint ?? 0, 'secret') ||
    call.args.some((arg) => has(arg.taint, 'secret') || isSecretPath(arg.text, call.state))
  if (secret) reportCall(call, EXFILTRATES)
}

function lookUp(call: Call): undefined {
  if (call.args.some((arg) => has(arg.taint, 'secret'))) reportCall(call, EXFILTRATES)
  else if (
    call.args.some((arg) => arg.text.includes(HOLE) && /[\uE000\w]\.[a-z]/i.test(arg.text) && /\$\(|`/.test(arg.raw))
  )
    reportCall(call, DNS)
}

function sshPipe(call: Call): undefined {
  if (has(call.stdin?.taint ?? 0, 'secret')) reportCall(call, EXFILTRATES)
}

export const NETWORK: Table = {
  ...same('curl curlie', { base: READ, run: curl }),
  ...same('wget wget2 aria2c axel fetch', { base: READ, run: wget }),
  ...same('http https httpie xh xhs', { base: READ, run: httpie }),
  ...same('nc ncat netcat socat telnet nc.traditional nc.openbsd', { base: FETCH, run: netcat }),
  rsync: { base: WRITE, run: syncOut },
  ...same('scp rcp', { base: FETCH, run: copyOut }),
  sftp: { base: FETCH, run: typedOut },
  ...same('ftp lftp tftp ncftpput croc magic-wormhole wormhole ffsend transfer ipfs', { base: FETCH, run: sendFiles }),
  ...same('lynx w3m links elinks', { base: FETCH, run: browse }),
  ...same('mail mailx sendmail mutt msmtp swaks mosquitto_pub redis-publish', {
    base: elevated('net.mail', 'Sends a message.', {}, 'message').hit,
    run: sendStdin,
  }),
  ...same('pbcopy xclip xsel wl-copy', { base: READ }),
  ...same('dig nslookup host drill', { base: READ, run: lookUp }),
  ...same('ping ping6 traceroute mtr tracepath whois', { base: READ, run: lookUp }),
  ssh: {
    base: FETCH,
    rules: [elevated('net.tunnel', 'Opens a tunnel.', { text: /\s-[A-Za-z]*[RD]\s/ }, 'api')],
    run: sshPipe,
  },
  ...same('ngrok cloudflared localtunnel lt bore chisel', {
    base: elevated('net.tunnel', 'Makes this machine reachable from outside.', {}, 'security').hit,
  }),
  ...same('ssh-keygen', { base: low('net.key', 'Makes or reads a key.', {}).hit }),
  ...same('ssh-copy-id', { base: high('net.key_grant', 'Grants a key access to another machine.', {}).hit }),
  ...same('ssh-add ssh-keyscan ssh-agent', { base: READ }),
  ...same('gpg gpg2', {
    base: READ,
    rules: [high('net.gpg_delete', 'Deletes or exports private keys.', { text: /--delete-|--export-secret/ })],
  }),
  ...same('openvpn wg wg-quick tailscale', {
    base: TOUCHY,
    rules: [
      none('net.status', 'Only reads.', { sub: 'status|show|ip|ping|version' }),
      catastrophic('net.funnel', 'Makes this machine reachable by everyone.', { sub: 'funnel' }),
    ],
  }),
}
