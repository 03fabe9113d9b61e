import { gunzipSync, inflateSync } from 'node:zlib'
import { isSecretPath, output, reportSecretRead } from './shell-effects.rules.ts'
import type { Arg, Call, Flow, Hit } from './shell-state.rules.ts'
import { assertGrowth } from './shell-params.rules.ts'
import { charge, EMPTY, HOLE, known, LIMITS, literal, NOTHING, reportCall, TAINT } from './shell-state.rules.ts'
import type { Entry, Table } from './shell-table.rules.ts'
import { READ, same, WRITE } from './shell-table.rules.ts'

const EXFILTRATES: Hit = {
  danger: 'catastrophic',
  code: 'net.exfiltrates',
  type: 'security',
  say: 'Sends secrets to another machine.',
  flag: 'secret_exposure',
}

const operandsOf = (call: Call): readonly Arg[] =>
  call.args.filter((arg) => !arg.text.startsWith('-') || arg.text === '-')

function joinArgs(args: readonly Arg[]): Flow {
  return { text: `${args.map((arg) => arg.text).join(' ')}\n`, taint: args.reduce((sum, arg) => sum | arg.taint, 0) }
}

function escapes(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|0?([0-7]{1,3})|(.))/gs,
    (_all, ...groups: (string | undefined)[]) => {
      const [hex, uni, octal, char] = groups
      const code = hex ?? uni
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
      return { n: '\n', t: '\t', r: '\r', e: '\x1b' }[char ?? ''] ?? char ?? ''
    },
  )
}

function echo(call: Call): Flow {
  const from = call.args.findIndex((arg) => !/^-[neE]+$/.test(arg.text))
  const flow = joinArgs(from < 0 ? [] : call.args.slice(from))
  const decodes = call.args.slice(0, Math.max(from, 0)).some((arg) => arg.text.includes('e'))
  const escaped = decodes && /\\(?:x|0|[0-7]{3}|u)/.test(flow.text ?? '')
  return decodes ? { text: escapes(flow.text ?? ''), taint: flow.taint | (escaped ? TAINT.decoded : 0) } : flow
}

function printf(call: Call): Flow {
  const args =
    call.args[0]?.text === '-v' ? call.args.slice(2) : call.args.filter((arg, i) => i > 0 || arg.text !== '--')
  const [format, ...values] = args
  if (format === undefined) return EMPTY
  const taint = args.reduce((sum, arg) => sum | arg.taint, 0)
  const escaped = /\\(?:x|[0-7]{2,3}|u)/.test(args.map((arg) => arg.text).join(' '))
  let text = ''
  let next = 0
  do {
    text += escapes(format.text).replace(/%(-?\d*(?:\.\d+)?)([sbqdicxoeufg%])/g, (_all, _width, kind: string) => {
      if (kind === '%') return '%'
      const value = values[next++]?.text ?? ''
      return kind === 'b' ? escapes(value) : value
    })
  } while (next > 0 && next < values.length && text.length < LIMITS.text && /%[^%]/.test(format.text))
  const flow = { text, taint: taint | (escaped ? TAINT.decoded : 0) }
  if (call.args[0]?.text !== '-v') return flow
  call.state.vars.set(call.args[1]?.text ?? '', flow)
  return EMPTY
}

/** Input of a filter: its files, else its standard input. */
function inputOf(call: Call, files: readonly Arg[]): Flow {
  const flows = files.map((file) => (file.text === '-' ? (call.stdin ?? NOTHING) : output.read(file, call.state)))
  if (flows.length === 0) return call.stdin ?? NOTHING
  const texts = flows.filter((flow) => flow.text !== null)
  return {
    text: texts.length > 0 ? texts.map((flow) => flow.text).join('') : null,
    taint: flows.reduce((sum, flow) => sum | flow.taint, 0),
  }
}

const cat = (call: Call): Flow => inputOf(call, operandsOf(call))

function tee(call: Call): Flow {
  const flow = call.stdin ?? NOTHING
  const append = call.args.some((arg) => /^-[a-z]*a|^--append$/.test(arg.text))
  for (const path of operandsOf(call)) output.write({ path, append }, flow, call.state)
  return flow
}

type Decoder = (bytes: Buffer) => Buffer

function decodeText(flow: Flow, decoder: (text: string) => Buffer): Flow {
  const taint = flow.taint | TAINT.decoded
  if (flow.text === null || flow.text.includes(HOLE)) return { text: null, taint }
  try {
    return { text: decoder(flow.text).toString('latin1').slice(0, LIMITS.text), taint }
  } catch {
    return { text: null, taint }
  }
}

const base64: Decoder = (bytes) => Buffer.from(bytes.toString('latin1').replace(/\s+/g, ''), 'base64')
const hex: Decoder = (bytes) => Buffer.from(bytes.toString('latin1').replace(/[^0-9a-fA-F]/g, ''), 'hex')
const gunzip: Decoder = (bytes) => gunzipSync(bytes, { maxOutputLength: LIMITS.text })
const inflate: Decoder = (bytes) => inflateSync(bytes, { maxOutputLength: LIMITS.text })
const via =
  (decoder: Decoder) =>
  (text: string): Buffer =>
    decoder(Buffer.from(text, 'latin1'))

/** A filter that decodes when one of its options asks for it. */
function decoding(options: RegExp, decoder: Decoder): (call: Call) => Flow {
  return (call) => {
    const flow = inputOf(call, operandsOf(call))
    if (call.args.some((arg) => options.test(arg.text))) return decodeText(flow, via(decoder))
    return { text: null, taint: flow.taint }
  }
}

function openssl(call: Call): Flow {
  const words = call.args.map((arg) => arg.text)
  const at = words.indexOf('-in')
  const flow =
    at >= 0 && call.args[at + 1] ? output.read(call.args[at + 1] as Arg, call.state) : (call.stdin ?? NOTHING)
  if (words.includes('s_client') && (flow.taint & TAINT.secret) !== 0) reportCall(call, EXFILTRATES)
  if (words.includes('s_client')) return { text: null, taint: flow.taint | TAINT.remote }
  if (!words.includes('-d')) return { text: null, taint: flow.taint }
  const plain =
    words.includes('base64') ||
    words.includes('-base64') ||
    (words.includes('-a') && words.includes('enc') && words.length <= 4)
  return plain ? decodeText(flow, via(base64)) : { text: null, taint: flow.taint | TAINT.decoded }
}

const alphabet = (set: string): string =>
  escapes(set.replace('[:lower:]', 'a-z').replace('[:upper:]', 'A-Z')).replace(
    /(.)-(.)/gs,
    (_all, from: string, to: string) => {
      const [a, b] = [from.charCodeAt(0), to.charCodeAt(0)]
      return b < a || b - a > 255
        ? from + to
        : String.fromCharCode(...Array.from({ length: b - a + 1 }, (_, i) => a + i))
    },
  )

function tr(call: Call): Flow {
  const flow = call.stdin ?? NOTHING
  const sets = call.args.filter((arg) => !/^-[a-zA-Z]+$/.test(arg.text)).map((arg) => alphabet(arg.text))
  const [from, to] = sets
  if (flow.text === null || from === undefined) return flow
  charge(call.state, flow.text.length * 8)
  if (call.args.some((arg) => /^-[a-zA-Z]*d/.test(arg.text)))
    return {
      ...flow,
      text: flow.text
        .split('')
        .filter((char) => !from.includes(char))
        .join(''),
    }
  if (to === undefined || to === '') return flow
  const map = (char: string): string => {
    const at = from.indexOf(char)
    return at < 0 ? char : (to[at] ?? to.at(-1) ?? '')
  }
  return { text: flow.text.split('').map(map).join(''), taint: flow.taint | TAINT.decoded }
}

function rev(call: Call): Flow {
  const flow = inputOf(call, operandsOf(call))
  if (flow.text === null) return flow
  return {
    text: flow.text
      .split('\n')
      .map((line) => line.split('').toReversed().join(''))
      .join('\n'),
    taint: flow.taint | TAINT.decoded,
  }
}

/** The `e` and `w` of sed: commands it runs, files it writes. */
function sedEffects(program: string, call: Call): void {
  const executes =
    /^(?:\d+|\$)?e\s+(.+)$/s.exec(program) ?? /^s(.)(?:\\.|(?!\1).)*\1((?:\\.|(?!\1).)*)\1[gi]*e[gi]*$/s.exec(program)
  const script = executes?.at(-1)?.replaceAll('\\/', '/')
  if (script !== undefined) call.state.run(script, null)
  const written = /(?:^|[\s;{}/|,#])[gIp\d]{0,4}w\s+(\/\S+)/.exec(program)?.[1]
  if (written !== undefined) output.write({ path: literal(written), append: false }, NOTHING, call.state)
}

function sed(call: Call): Flow {
  const inPlace = call.args.some((arg) => /^-[a-zA-Z]*i|^--in-place/.test(arg.text))
  const given = call.args.findIndex((arg) => /^-[nErz]*e$|^--expression$/.test(arg.text))
  const program = given >= 0 ? call.args[given + 1] : operandsOf(call)[0]
  const files = operandsOf(call).filter((arg) => arg !== program)
  if (inPlace) for (const path of files) output.write({ path, append: true }, NOTHING, call.state)
  const flow = inputOf(call, inPlace ? [] : files)
  sedEffects(program?.text ?? '', call)
  const change = /^s(.)((?:(?!\1).)*)\1((?:(?!\1).)*)\1g?$/s.exec(program?.text ?? '')
  if (flow.text === null || change?.[2] === undefined || /[\\^$.*[\]]/.test(change[2]))
    return { text: null, taint: flow.taint }
  assertGrowth(flow.text, change[2], change[3] ?? '')
  return { text: flow.text.replaceAll(change[2], () => change[3] ?? ''), taint: flow.taint }
}

/** Keeps the taint but not the text: what comes out is some part of what went in. */
function filter(call: Call): Flow {
  const files = operandsOf(call)
  let taint = call.stdin?.taint ?? 0
  for (const file of files) {
    const text = file.text.startsWith('@') ? file.text.slice(1) : file.text
    if (isSecretPath(text, call.state)) {
      reportSecretRead(text, call.state)
      taint |= TAINT.secret
    } else if (text.startsWith('/dev/fd/') || call.state.files.size > 0) taint |= output.read(file, call.state).taint
  }
  return { text: null, taint }
}

/** Head and tail keep a short known text as it is. */
function headTail(call: Call): Flow {
  const flow = filter(call)
  return { text: call.stdin?.text ?? null, taint: flow.taint }
}

const counts = (call: Call): Flow => (filter(call), { text: null, taint: 0 })

function readInto(call: Call): Flow {
  const names = operandsOf(call).map((arg) => arg.text)
  const line = call.stdin?.text?.split('\n')[0]
  const words = line === undefined || known(line) === '' ? [] : line.split(/\s+/)
  const array = call.args.some((arg) => /^-[a-z]*a$/.test(arg.text)) || call.name !== 'read'
  names.forEach((name, i) => {
    const value = words.length === 0 ? HOLE : i === names.length - 1 ? words.slice(i).join(' ') : (words[i] ?? '')
    const flow: Flow = { text: value, taint: (call.stdin?.taint ?? 0) | (words.length === 0 ? TAINT.unknown : 0) }
    call.state.vars.set(name, flow)
    if (array && words.length > 0)
      call.state.lists.set(
        name,
        words.map((text) => ({ text, raw: text, taint: flow.taint, glob: false })),
      )
  })
  return EMPTY
}

const fixed = (text: string): Entry => ({ base: READ, run: () => ({ text, taint: 0 }) })

export const TEXT: Table = {
  echo: { base: READ, run: echo },
  printf: { base: READ, run: printf },
  ...same('cat bat tac nl zcat bzcat xzcat', { base: READ, run: cat }),
  tee: { base: WRITE, run: tee },
  sponge: { base: WRITE, run: tee },
  base64: { base: READ, run: decoding(/^-[a-zA-Z]*[dD]$|^--decode$/, base64) },
  ...same('base32 basenc uudecode', {
    base: READ,
    run: (call) => ({ text: null, taint: (call.stdin?.taint ?? 0) | TAINT.decoded }),
  }),
  xxd: { base: READ, run: decoding(/^-[a-z]*r/, hex) },
  openssl: { base: READ, run: openssl },
  gunzip: { base: WRITE, run: (call) => decodeText(inputOf(call, operandsOf(call)), via(gunzip)) },
  ...same('gzip pigz', { base: WRITE, run: decoding(/^-[a-z]*d|^--decompress$/, gunzip) }),
  'zlib-flate': { base: READ, run: decoding(/uncompress/, inflate) },
  tr: { base: READ, run: tr },
  rev: { base: READ, run: rev },
  sed: { base: READ, rules: [], run: sed },
  ...same('head tail uniq', { base: READ, run: headTail }),
  ...same(
    'grep egrep fgrep rg ag ack jq yq xq sort cut paste column fold fmt expand comm join diff cmp less more most strings od hexdump xz bzip2 zstd lz4 pv iconv dos2unix html2text xmllint shuf tsort look csvcut mlr miller gron fx dasel zgrep ansifilter',
    { base: READ, run: filter },
  ),
  ...same('wc sha256sum sha1sum sha512sum md5sum md5 shasum cksum b2sum sum', { base: READ, run: counts }),
  ...same('read mapfile readarray', { base: READ, run: readInto }),
  mktemp: { base: READ, run: () => ({ text: '/tmp/tmp.mktemp', taint: 0 }) },
  pwd: fixed('.'),
  whoami: fixed('user'),
  hostname: { base: READ },
}
