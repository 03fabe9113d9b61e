import { tar, unpack } from './shell-archives.rules.ts'
import { isSecretPath, kindOf, output, placed, reportSecretRead } from './shell-effects.rules.ts'
import { fd, find } from './shell-find.rules.ts'
import { judgeRemoval, reportRemoval } from './shell-remove.rules.ts'
import { DISKS } from './shell-disks.rules.ts'
import type { Arg, Call, Flow, Hit } from './shell-state.rules.ts'
import { HOLE, known, literal, NOTHING, report } from './shell-state.rules.ts'
import { judgeWindows } from './shell-windows.rules.ts'
import type { Table } from './shell-table.rules.ts'
import { high, low, parseArgs, READ, same, TOUCHY, WRITE } from './shell-table.rules.ts'

const WIPE: Hit = {
  danger: 'high',
  code: 'shell.overwrite',
  type: 'security',
  say: 'Overwrites files beyond recovery.',
  flag: 'destructive',
}
const DEVICE: Hit = {
  danger: 'catastrophic',
  code: 'shell.device_write',
  type: 'security',
  say: 'Writes straight to a device.',
  flag: 'destructive',
}
const OPEN_ALL: Hit = {
  danger: 'catastrophic',
  code: 'shell.mode_root',
  type: 'security',
  say: 'Changes modes or owners of a system or home root.',
  flag: 'protected_target',
}
const OPEN: Hit = {
  danger: 'high',
  code: 'shell.mode_open',
  type: 'security',
  say: 'Opens a protected file or a whole tree to everyone.',
}
const SETUID: Hit = {
  danger: 'high',
  code: 'shell.setuid',
  type: 'security',
  say: "Lets anyone run a program with its owner's power.",
}
const MOVE_AWAY: Hit = {
  danger: 'high',
  code: 'shell.move_protected',
  type: 'security',
  say: 'Moves a protected path away.',
  flag: 'protected_target',
}
const VANISH: Hit = {
  danger: 'high',
  code: 'shell.move_to_nothing',
  type: 'security',
  say: 'Moves files to where they are lost.',
  flag: 'destructive',
}

const operands = (call: Call, valued = ''): readonly Arg[] => parseArgs(call.args, { valued }).operands

function rm(call: Call): undefined {
  const { flags, operands: targets } = parseArgs(call.args, {})
  const recursive = ['-r', '-R', '--recursive', '-d'].some((flag) => flags.has(flag))
  reportRemoval(targets, { recursive }, call.state)
  if (flags.has('--no-preserve-root')) reportRemoval([literal('/')], { recursive: true }, call.state)
}

function shred(call: Call): undefined {
  for (const target of operands(call, '-n -s --iterations --size')) {
    const hit = judgeRemoval(target, { recursive: true }, call.state)
    report(
      call.state,
      kindOf(target.text, call.state) === 'device' ? DEVICE : hit.danger === 'catastrophic' ? hit : WIPE,
      target.text,
    )
  }
}

function dd(call: Call): Flow {
  const input = call.args.find((arg) => arg.text.startsWith('if='))
  const target = call.args.find((arg) => arg.text.startsWith('of='))
  const flow =
    input === undefined ? (call.stdin ?? NOTHING) : output.read({ ...input, text: input.text.slice(3) }, call.state)
  if (target === undefined) return flow
  output.write({ path: { ...target, text: target.text.slice(3) }, append: false }, flow, call.state)
  return NOTHING
}

function truncate(call: Call): undefined {
  for (const target of operands(call, '-s --size -r')) {
    output.write({ path: target, append: false }, NOTHING, call.state)
    const hit = judgeRemoval(target, { recursive: false }, call.state)
    report(call.state, hit.danger === 'low' ? { ...WIPE, danger: 'elevated' } : hit, target.text)
  }
}

const WIDE =
  /^(?:0?[0-7]?7[67][67]|[ugo]*[ao][ugo]*\+[rwxX]*w[rwxX]*|a=rwx|ugo[+=]rwx|o[+=][rx]*w[rwx]*|0?000|a-rwx|-rwx|a-[rwx]+)$/

function chmod(call: Call): undefined {
  const { flags, operands: all } = parseArgs(
    call.args.map((arg) =>
      /^-[rwx]+$/.test(arg.text) && !/^-[rR]$/.test(arg.text) ? { ...arg, text: `a${arg.text}` } : arg,
    ),
    {},
  )
  const mode = all[0]?.text ?? ''
  const recursive = flags.has('-R') || flags.has('--recursive')
  for (const target of all.slice(1)) {
    const kind = kindOf(target.text, call.state)
    const root = kind === 'system_root' || kind === 'home_root' || kind === 'system'
    const privateFile =
      kind === 'secret' &&
      /^0?[0-7]?[0-7](?:[1-7][0-7]|0[1-7])$|[augo+]*\+[rwx]*[rw]/.test(mode) &&
      !/^0?[46]00$|^u/.test(mode)
    if (recursive && root) report(call.state, OPEN_ALL, target.text)
    else if (/^0?[2467][0-7]{3}$|[ug]*\+[rwx]*s|\+s/.test(mode) && !mode.startsWith('0'))
      report(call.state, SETUID, target.text)
    else if (kind === 'device' || privateFile || (root && WIDE.test(mode))) report(call.state, OPEN, target.text)
    else if (recursive && WIDE.test(mode)) report(call.state, OPEN, target.text)
    else if (kind === 'control_plane') report(call.state, MOVE_AWAY, target.text)
  }
}

function chown(call: Call): undefined {
  const { flags, operands: all } = parseArgs(call.args, { valued: '--from' })
  const recursive = flags.has('-R') || flags.has('--recursive')
  for (const target of all.slice(1)) {
    const kind = kindOf(target.text, call.state)
    if (recursive && (kind === 'system_root' || (kind === 'system' && !/^\/(?:var\/www|srv|opt)\//.test(target.text))))
      report(call.state, OPEN_ALL, target.text)
    else if (kind === 'system' || kind === 'secret') report(call.state, { ...OPEN, danger: 'elevated' }, target.text)
  }
}

const FOLDER = /\/$|(?:^|\/)(?:[\w.-]+\.d|launchagents|launchdaemons|autostart|hooks|cron\.\w+|\.ssh)$/i

/** Where a copy ends up: in a folder it keeps its name. */
function landing(target: Arg, source: Arg | undefined): Arg {
  const name = source?.text.split('/').findLast((part) => part !== '')
  return name === undefined || !FOLDER.test(target.text)
    ? target
    : { ...target, text: `${target.text.replace(/\/$/, '')}/${name}` }
}

function move(call: Call): undefined {
  const { flags, operands: all } = parseArgs(call.args, { valued: '-t --target-directory -S' })
  const [target, ...sources] = flags.has('-t') ? [undefined, ...all] : [all.at(-1), ...all.slice(0, -1)]
  if (target !== undefined) {
    if (target.text === '/dev/null') report(call.state, VANISH, call.name)
    output.write(
      { path: landing(target, sources[0]), append: false },
      sources[0] ? (call.state.files.get(placed(sources[0].text, call.state)) ?? NOTHING) : NOTHING,
      call.state,
    )
  }
  for (const source of sources) {
    const kind = kindOf(source.text, call.state)
    if (/^(?:system_root|home_root|system|control_plane|vcs)$/.test(kind)) report(call.state, MOVE_AWAY, source.text)
    else if (/(?:^|\/)\.(?:ssh|aws|gnupg|kube|claude|codex|writ|cursor|gemini)\/?$/.test(source.text))
      report(call.state, MOVE_AWAY, source.text)
    else if (kind === 'secret') reportSecretRead(source.text, call.state)
  }
}

function copy(call: Call): undefined {
  const all = operands(call, '-t --target-directory -S -m -o -g')
  const target = all.at(-1)
  const source = all.length > 1 ? all[0] : undefined
  const flow = source === undefined ? NOTHING : output.read(source, call.state)
  if (target !== undefined && !/:/.test(target.text))
    output.write({ path: landing(target, source), append: false }, flow, call.state)
  if (source?.text === '/dev/null' && target !== undefined)
    report(call.state, { ...WIPE, danger: 'elevated' }, target.text)
  if (/^\/bin\/(?:ba|z|da)?sh$/.test(source?.text ?? '')) report(call.state, SETUID, call.name)
}

function link(call: Call): undefined {
  const all = operands(call, '-t -S')
  const target = all.at(-1)
  if (target !== undefined && all.length > 1)
    output.write({ path: landing(target, all[0]), append: false }, NOTHING, call.state)
  for (const source of all.slice(0, -1))
    if (isSecretPath(source.text, call.state)) reportSecretRead(source.text, call.state)
}

function cd(call: Call): undefined {
  const to = operands(call)[0]?.text ?? '~'
  call.state.cwd = to === '-' ? null : to.includes(HOLE) ? `unknown/${known(to)}` : placed(to, call.state)
}

function touchPaths(call: Call): undefined {
  for (const path of operands(call, '-d -t -r -m --mode'))
    if (kindOf(path.text, call.state) !== 'workspace') output.write({ path, append: true }, NOTHING, call.state)
}

export const FILES: Table = {
  rm: { base: WRITE, run: rm },
  unlink: { base: WRITE, run: rm },
  rmdir: {
    base: WRITE,
    run: (call) => (
      call.args.some((arg) => /^\/[sq]$/i.test(arg.text))
        ? judgeWindows(`rd ${call.args.map((arg) => arg.raw).join(' ')}`, call.state)
        : reportRemoval(operands(call), { recursive: false }, call.state),
      undefined
    ),
  },
  ...same('rimraf del-cli trash trash-put gio-trash srm', {
    base: WRITE,
    run: (call) => (
      reportRemoval(operands(call), { recursive: !call.name.startsWith('trash') }, call.state),
      undefined
    ),
  }),
  ...same('shred wipe', { base: WRITE, run: shred }),
  dd: { base: WRITE, run: dd },
  truncate: { base: WRITE, run: truncate },
  fallocate: { base: WRITE },
  chmod: { base: WRITE, run: chmod },
  ...same('chown chgrp', { base: WRITE, run: chown }),
  setfacl: { base: TOUCHY },
  chattr: {
    base: TOUCHY,
    rules: [high('shell.chattr', 'Changes the protection of a file.', { text: /[+-][a-z]*[ia]/ })],
  },
  mv: { base: WRITE, run: move },
  ...same('cp install ditto', { base: WRITE, run: copy }),
  ln: { base: WRITE, run: link },
  ...same('touch mkdir', { base: WRITE, run: touchPaths }),
  find: { base: READ, run: find },
  ...same('fd fdfind', { base: READ, run: fd }),
  ...same('cd pushd', { base: READ, run: cd }),
  popd: { base: READ },
  ...same('tar bsdtar', { base: WRITE, run: tar }),
  ...same('zip 7z 7za rar', { base: WRITE, run: tar }),
  ...same('unzip unrar unar cpio', { base: WRITE, run: (call) => (unpack(call), undefined) }),
  ...DISKS,
  ...same('code vim vi nano emacs nvim ex', {
    base: low('shell.editor', 'Opens an editor.', {}).hit,
    run: (call) => (editorCommands(call), undefined),
  }),
}

/** `vim -c '!cmd'` and `+':!cmd'` run a shell command. */
function editorCommands(call: Call): void {
  for (const arg of call.args) {
    const match =
      /^(?:\+|-c|--cmd)?\s*:?(?:silent\s+)?!+(.+)$/s.exec(arg.text) ?? /system\(['"](.+?)['"]\)/s.exec(arg.text)
    if (match?.[1] !== undefined) call.state.run(match[1], null)
    else if (isSecretPath(arg.text, call.state)) reportSecretRead(arg.text, call.state)
  }
}
