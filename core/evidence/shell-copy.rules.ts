import { isSecretPath, kindOf, output, placed } from './shell-effects.rules.ts'
import { judgeRemoval } from './shell-remove.rules.ts'
import type { Call, Hit } from './shell-state.rules.ts'
import { has, NOTHING, report, reportCall } from './shell-state.rules.ts'
import { parseArgs } from './shell-table.rules.ts'

const EXFILTRATES: Hit = {
  danger: 'catastrophic',
  code: 'net.exfiltrates',
  type: 'security',
  say: 'Sends secrets to another machine.',
  flag: 'secret_exposure',
}
const REMOTE_COPY: Hit = { danger: 'elevated', code: 'net.copy', type: 'api', say: 'Copies files to another machine.' }
const SYNC_DELETE: Hit = {
  danger: 'high',
  code: 'shell.sync_delete',
  type: 'security',
  say: 'Deletes at the target what the source does not have.',
  flag: 'destructive',
}
const PROTECTED = /^(?:system|system_root|home_root|control_plane|device)$/
const LOCAL = /^(?:[^@]*@)?(?:localhost|127\.0\.0\.1):/

function secretFile(path: string, call: Call): boolean {
  return isSecretPath(path, call.state) || has(call.state.files.get(placed(path, call.state))?.taint ?? 0, 'secret')
}

/** `scp`, `sftp` and their kin: secrets must not leave. */
export function copyOut(call: Call): undefined {
  const { operands } = parseArgs(call.args, {
    valued: '-i -P -F -o -c -l -e --rsh --exclude --include --files-from -f -p',
  })
  const target = operands.at(-1)?.text ?? ''
  const leaves = /^[^/]*:|^(?:s3|gs|rsync):\/\//.test(target) && !LOCAL.test(target)
  if (!leaves) return
  if (operands.slice(0, -1).some((arg) => secretFile(arg.text, call))) reportCall(call, EXFILTRATES)
  reportCall(call, REMOTE_COPY)
}

/** `rsync`: copies, and with `--delete` empties the target of all that the source lacks. */
export function syncOut(call: Call): undefined {
  const { flags, operands } = parseArgs(call.args, { valued: '-e --rsh --exclude --include --files-from -f' })
  copyOut(call)
  const target = operands.at(-1)
  if (target !== undefined && !target.text.includes(':') && PROTECTED.test(kindOf(target.text, call.state)))
    output.write({ path: target, append: false }, NOTHING, call.state)
  if (
    target === undefined ||
    ![...flags].some((flag) => flag.startsWith('--del')) ||
    flags.has('-n') ||
    flags.has('--dry-run')
  )
    return
  report(
    call.state,
    target.text.includes(':') ? SYNC_DELETE : judgeRemoval(target, { recursive: true }, call.state),
    target.text,
  )
}

/** `croc send`, `ftp`, `rclone copy` and their kin: whatever file is named goes out. */
export function sendFiles(call: Call): undefined {
  const words = [...call.args.map((arg) => arg.text), ...(call.stdin?.text?.split(/\s+/) ?? [])]
  if (has(call.stdin?.taint ?? 0, 'secret') || words.some((word) => secretFile(word, call)))
    reportCall(call, EXFILTRATES)
}

/** `sftp host <<< 'put file'` */
export function typedOut(call: Call): undefined {
  copyOut(call)
  if (call.stdin?.text?.split(/\s+/).some((word) => secretFile(word, call))) reportCall(call, EXFILTRATES)
}

/** `aws s3 cp`, `gsutil cp`: the same question for object stores. */
export function cloudCopy(call: Call): undefined {
  const words = call.args.map((arg) => arg.text)
  if (words.some((word) => /^(?:s3|gs|https?):\/\//.test(word)) && words.some((word) => secretFile(word, call)))
    reportCall(call, EXFILTRATES)
}
