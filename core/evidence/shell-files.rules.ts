import { isSecretPath, kindOf, output, placed, reportSecretRead } from './shell-effects.rules.ts'
import { JUNK, judgeRemoval, reportRemoval } from './shell-remove.rules.ts'
import type { Arg, Call, Flow, Hit } from './shell-state.rules.ts'
import { HOLE, known, literal, NOTHING, report, reportCall, TAINT } from './shell-state.rules.ts'
import { judgeWindows } from './shell-windows.rules.ts'
import type { Table } from './shell-table.rules.ts'
import { catastrophic, elevated, high, low, none, parseArgs, READ, same, TOUCHY, WRITE } from './shell-table.rules.ts'

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
const FIND_DELETE: Hit = {
  danger: 'high',
  code: 'shell.find_delete',
  type: 'security',
  say: 'Deletes whatever a search finds.',
  flag: 'destructive',
}
const FIND_JUNK: Hit = {
  danger: 'low',
  code: 'shell.find_junk',
  type: 'cleanup',
  say: 'Deletes build output or caches that a search finds.',
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
    else if (/^0?[2467][0-7]{3}$|[ug]*\+[rwx]*s|\+s/.test(mode) && !/^0/.test(mode))
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

function move(call: Call): undefined {
  const { flags, operands: all } = parseArgs(call.args, { valued: '-t --target-directory -S' })
  const [target, ...sources] = flags.has('-t') ? [undefined, ...all] : [all.at(-1), ...all.slice(0, -1)]
  if (target !== undefined) {
    if (target.text === '/dev/null') report(call.state, VANISH, call.name)
    output.write(
      { path: target, append: false },
      sources[0] ? (call.state.files.get(placed(sources[0].text, call.state)) ?? NOTHING) : NOTHING,
      call.state,
    )
  }
  for (const source of sources) {
    const kind = kindOf(source.text, call.state)
    if (/^(?:system_root|home_root|system|control_plane|vcs)$/.test(kind)) report(call.state, MOVE_AWAY, source.text)
    else if (kind === 'secret') reportSecretRead(source.text, call.state)
  }
}

function copy(call: Call): undefined {
  const all = operands(call, '-t --target-directory -S -m -o -g')
  const target = all.at(-1)
  const source = all.length > 1 ? all[0] : undefined
  const flow = source === undefined ? NOTHING : output.read(source, call.state)
  if (target !== undefined && !/:/.test(target.text)) output.write({ path: target, append: false }, flow, call.state)
  if (source?.text === '/dev/null' && target !== undefined)
    report(call.state, { ...WIPE, danger: 'elevated' }, target.text)
  if (/^\/bin\/(?:ba|z|da)?sh$/.test(source?.text ?? '')) report(call.state, SETUID, call.name)
}

function link(call: Call): undefined {
  const all = operands(call, '-t -S')
  const target = all.at(-1)
  if (target !== undefined && all.length > 1) output.write({ path: target, append: false }, NOTHING, call.state)
  for (const source of all.slice(0, -1))
    if (isSecretPath(source.text, call.state)) reportSecretRead(source.text, call.state)
}

interface Search {
  readonly starts: readonly Arg[]
  readonly pattern: string | null
  readonly emptyOnly: boolean
}

function searchOf(call: Call): Search {
  const first = call.args.findIndex((arg) => /^[-(!]/.test(arg.text) && !/^-[LHPO]/.test(arg.text))
  const starts = call.args.slice(0, first < 0 ? undefined : first).filter((arg) => !arg.text.startsWith('-'))
  const at = call.args.findIndex(
    (arg, i) =>
      /^-(?:i?name|i?path|i?wholename|i?regex)$/.test(arg.text) &&
      call.args[i - 1]?.text !== '!' &&
      call.args[i - 1]?.text !== '-not' &&
      call.args[i + 2]?.text !== '-prune',
  )
  const pattern = at < 0 ? null : (call.args[at + 1]?.text ?? null)
  const useful =
    call.args.some((arg) => arg.text === '-o' || arg.text === '-or') &&
    !call.args.some((arg) => arg.text === '(') &&
    /^(?:-delete)$/.test(call.args.at(-1)?.text ?? '') &&
    call.args.at(-2)?.text === '-o'
      ? null
      : pattern === '*' || pattern === '*.*' || pattern === '.*'
        ? null
        : pattern
  return {
    starts: starts.length > 0 ? starts : [literal('.')],
    pattern: useful,
    emptyOnly: call.args.some((arg) => arg.text === '-empty'),
  }
}

function foundBy(search: Search): readonly Arg[] {
  return search.starts.map((start) => {
    const base = start.text.replace(/\/+$/, '')
    const name = search.pattern?.split('/').findLast((segment) => segment !== '' && segment !== '*') ?? '**'
    return { ...start, text: `${base}/${name}`, glob: true }
  })
}

function judgeDelete(search: Search, call: Call): void {
  const found = foundBy(search)
  for (const target of found) {
    const root = judgeRemoval(
      { ...target, text: target.text.replace(/\/[^/]*$/, '') || '/' },
      { recursive: true },
      call.state,
    )
    const self = judgeRemoval(target, { recursive: true }, call.state)
    const junk =
      search.emptyOnly ||
      JUNK.test(search.pattern ?? '') ||
      self.danger === 'low' ||
      root.danger === 'low' ||
      /^\/var\/log(?:\/|$)/.test(target.text)
    if (root.danger === 'catastrophic' && !(junk && search.pattern !== null && !/^\/(?:\*|$)/.test(search.pattern)))
      report(call.state, root, target.text)
    else report(call.state, junk ? FIND_JUNK : root.danger === 'elevated' ? root : FIND_DELETE, target.text)
  }
}

function find(call: Call): Flow {
  const search = searchOf(call)
  const found = foundBy(search)
  call.args.forEach((arg, i) => {
    if (arg.text === '-delete') judgeDelete(search, call)
    if (/^-f(?:print|ls|printf|print0)$/.test(arg.text) && call.args[i + 1])
      output.write({ path: call.args[i + 1] as Arg, append: false }, NOTHING, call.state)
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(arg.text)) return
    const rest = call.args.slice(i + 1)
    const end = rest.findIndex((each) => each.text === ';' || each.text === '+')
    const argv = rest
      .slice(0, end < 0 ? undefined : end)
      .flatMap((each) =>
        each.text === '{}' ? found : [{ ...each, text: each.text.replaceAll('{}', () => found[0]?.text ?? '') }],
      )
    if (/^(?:.*\/)?(?:rm|unlink|shred|srm)$/.test(argv[0]?.text ?? '')) judgeDelete(search, call)
    call.state.exec(argv, null)
  })
  const narrow = search.pattern !== null
  return { text: narrow ? found.map((arg) => `${arg.text}\n`).join('') : null, taint: TAINT.listing }
}

function fd(call: Call): undefined {
  const at = call.args.findIndex((arg) => /^-[xX]$|^--exec(?:-batch)?$/.test(arg.text))
  if (at < 0) return
  const pattern = operands({ ...call, args: call.args.slice(0, at) }, '-e -t -d -E --extension --type')[0]?.text ?? HOLE
  call.state.exec(
    [
      ...call.args.slice(at + 1).filter((arg) => arg.text !== '{}'),
      { text: pattern, raw: pattern, taint: TAINT.listing, glob: true },
    ],
    null,
  )
}

function cd(call: Call): undefined {
  const to = operands(call)[0]?.text ?? '~'
  call.state.cwd = to === '-' ? null : to.includes(HOLE) ? `unknown/${known(to)}` : placed(to, call.state)
}

function tar(call: Call): Flow | undefined {
  const words = call.args.map((arg) => arg.text)
  for (const word of words) {
    const action =
      /^--(?:checkpoint-action=exec|to-command|use-compress-program|info-script|new-volume-script)=(.*)$/s.exec(word)
    if (action?.[1] !== undefined) call.state.run(action[1], null)
  }
  const secret = words.some((word) => isSecretPath(word, call.state))
  const at = words.findIndex((word) => /^-C$|^--directory$/.test(word))
  const into = at >= 0 ? words[at + 1] : words.find((word) => word.startsWith('--directory='))?.slice(12)
  if (into !== undefined && /^-?[a-z]*x/.test(words[0] ?? '') && /^system(?:_root)?$/.test(kindOf(into, call.state)))
    report(call.state, { ...MOVE_AWAY, danger: into === '/' ? 'high' : 'elevated' }, into)
  if (words.includes('--remove-files')) reportCall(call, { ...FIND_DELETE, danger: 'elevated' })
  if (secret) reportSecretRead(words.at(-1) ?? '', call.state)
  return { text: null, taint: secret ? TAINT.secret : (call.stdin?.taint ?? 0) }
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
  ...same('unzip unrar unar', { base: WRITE }),
  ...same('mkfs mkfs.ext4 mkfs.ext3 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.ntfs mkfs.fat mke2fs newfs mkswap', {
    base: DEVICE,
    rules: [none('shell.mkfs_help', 'Shows help.', { any: '--help -V --version' })],
  }),
  ...same('wipefs sgdisk blkdiscard sfdisk', {
    base: DEVICE,
    rules: [none('shell.disk_list', 'Lists disks.', { any: '-l -p --list --print -n --no-act -d --dump' })],
  }),
  ...same('fdisk parted gdisk', {
    base: DEVICE,
    rules: [
      none('shell.disk_list', 'Lists disks.', { any: '-l --list -s' }),
      none('shell.disk_print', 'Lists disks.', { arg: /^print$/ }),
    ],
  }),
  diskutil: {
    base: READ,
    rules: [
      catastrophic('shell.disk_erase', 'Erases a disk.', {
        text: /\b(?:erase\w*|zeroDisk|randomDisk|secureErase|partitionDisk|reformat|deleteVolume|deleteContainer)\b/i,
      }),
    ],
  },
  hdparm: {
    base: TOUCHY,
    rules: [catastrophic('shell.disk_erase', 'Erases a disk.', { text: /--security-erase|--trim-sector/ })],
  },
  nvme: { base: TOUCHY, rules: [catastrophic('shell.disk_erase', 'Erases a disk.', { sub: 'format|sanitize' })] },
  cryptsetup: {
    base: TOUCHY,
    rules: [
      catastrophic('shell.disk_erase', 'Makes an encrypted disk unreadable or new.', {
        sub: 'luksFormat|erase|luksErase|luksKillSlot',
      }),
      catastrophic('shell.disk_erase', 'Formats a disk.', { sub: 'luksRemoveKey' }),
    ],
  },
  ...same('lvremove vgremove pvremove', { base: DEVICE }),
  mdadm: {
    base: TOUCHY,
    rules: [catastrophic('shell.raid_zero', 'Destroys a disk array.', { any: '--zero-superblock --stop' })],
  },
  ...same('zpool zfs', {
    base: READ,
    rules: [
      catastrophic('shell.pool_destroy', 'Destroys a storage pool.', { sub: 'destroy|labelclear' }),
      high('shell.pool_rollback', 'Rolls storage back.', { sub: 'rollback' }),
    ],
  }),
  btrfs: { base: READ, rules: [high('shell.subvolume_delete', 'Deletes a subvolume.', { sub: 'subvolume delete' })] },
  ...same('mount umount losetup', {
    base: TOUCHY,
    rules: [
      none('shell.mount_list', 'Lists mounts.', { none: '-a -o -t -f -l --bind -u', text: /^\w+$/ }),
      high('shell.mount_root', 'Mounts over the root.', { text: /remount.* \/$/ }),
    ],
  }),
  restic: {
    base: WRITE,
    rules: [
      high('shell.backup_forget', 'Deletes backups.', { sub: 'forget|prune|unlock', none: '--dry-run' }),
      none('shell.backup_list', 'Lists backups.', { sub: 'snapshots|ls|stats|check' }),
    ],
  },
  borg: {
    base: WRITE,
    rules: [high('shell.backup_delete', 'Deletes backups.', { sub: 'delete|prune|compact', none: '--dry-run -n' })],
  },
  rclone: {
    base: READ,
    rules: [
      none('shell.rclone_dry', 'Only shows what it would do.', { any: '--dry-run -n' }),
      high('shell.rclone_delete', 'Deletes remote files.', { sub: 'purge|delete|sync|deletefile|rmdirs|cleanup|move' }),
      elevated('shell.rclone_copy', 'Copies files to or from a remote.', { sub: 'copy|copyto' }),
    ],
  },
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
