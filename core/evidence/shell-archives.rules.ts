import { isSecretPath, kindOf, placed, reportSecretRead } from './shell-effects.rules.ts'
import { FIND_DELETE } from './shell-find.rules.ts'
import { reportRemoval } from './shell-remove.rules.ts'
import type { Call, Flow, Hit } from './shell-state.rules.ts'
import { report, reportCall, TAINT } from './shell-state.rules.ts'
import { parseArgs } from './shell-table.rules.ts'

const OVERWRITES: Hit = {
  danger: 'high',
  code: 'shell.unpack_over_system',
  type: 'security',
  say: 'Unpacks an archive over the system.',
  flag: 'protected_target',
}

/** Where an archive is unpacked to. */
const UNPACKS_TO: Readonly<Record<string, RegExp>> = {
  tar: /^(?:-[a-zA-Z]*C|--directory)$|^--directory=(.+)$/,
  cpio: /^(?:-D|--directory)$|^--directory=(.+)$/,
  unzip: /^-d$/,
  '7z': /^-o(.+)$/,
}
const ROOTS = /^\/(?:etc|usr|bin|sbin|lib|boot|root|dev|var)?\/?$/

/** Unpacking over the system, or to wherever the archive says. */
export function unpack(call: Call): void {
  const words = call.args.map((arg) => arg.text)
  const packs =
    call.name === 'tar' &&
    !words.some((word, i) => (i === 0 ? /^-?[a-zA-Z]*x/ : /^-[a-zA-Z]*x|^--extract|^--get$/).test(word))
  if (packs) return
  const option = UNPACKS_TO[call.name === 'bsdtar' ? 'tar' : call.name === '7za' ? '7z' : call.name]
  const into = words.map((word, i) => option?.exec(word)?.[1] ?? (option?.test(words[i - 1] ?? '') ? word : undefined))
  for (const path of into.filter((each) => each !== undefined))
    if (/^system(?:_root)?$/.test(kindOf(path, call.state)))
      report(call.state, { ...OVERWRITES, danger: ROOTS.test(placed(path, call.state)) ? 'high' : 'elevated' }, path)
  if (
    call.name === 'tar' &&
    words.some((word, i) => (i === 0 ? /^-?[a-zA-Z]*P/ : /^-[a-zA-Z]*P|^--absolute-names$/).test(word))
  )
    report(call.state, { ...OVERWRITES, code: 'shell.absolute_unpack' }, call.name)
}

export function tar(call: Call): Flow | undefined {
  const words = call.args.map((arg) => arg.text)
  for (const word of words) {
    const action =
      /^--(?:checkpoint-action=exec|to-command|use-compress-program|info-script|new-volume-script)=(.*)$/s.exec(word)
    if (action?.[1] !== undefined) call.state.run(action[1], null)
  }
  const secret = words.some((word) => isSecretPath(word, call.state))
  unpack(call)
  if (words.includes('--remove-files')) removesPacked(call)
  if (secret) reportSecretRead(words.at(-1) ?? '', call.state)
  return { text: null, taint: secret ? TAINT.secret : (call.stdin?.taint ?? 0) }
}

/** `tar --remove-files`: what is packed goes; into nothing, it is lost. */
function removesPacked(call: Call): void {
  const { flags, operands: packed } = parseArgs(call.args, { valued: '-f -C -T -X --file --directory' })
  const lost =
    [...flags].some((flag) => flag.endsWith('=/dev/null')) || call.args.some((arg) => arg.text === '/dev/null')
  if (lost) reportRemoval(packed, { recursive: true }, call.state)
  else reportCall(call, { ...FIND_DELETE, danger: 'elevated' })
}
