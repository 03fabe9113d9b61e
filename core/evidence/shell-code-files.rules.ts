import { REMOVE, REMOVE_OF, REMOVE_TREE } from './shell-code-names.rules.ts'
import type { Invocation, Language } from './shell-code.rules.ts'
import { isSecretPath, output, reportSecretRead } from './shell-effects.rules.ts'
import { reportRemoval } from './shell-remove.rules.ts'
import type { Hit, State } from './shell-state.rules.ts'
import { literal, NOTHING, report } from './shell-state.rules.ts'

const DYNAMIC_REMOVE: Hit = {
  type: 'security',
  danger: 'high',
  code: 'code.dynamic_remove',
  say: 'The program deletes what is only known at run time.',
  flag: 'destructive',
}

export function removes(call: Invocation, language: Language): boolean {
  // `for p in Path(x).rglob('*'): p.unlink()`
  if (language === 'python' && /\.(?:unlink|rmdir)$/.test(call.name)) return true
  if (REMOVE_TREE.test(call.last)) return true
  if (!REMOVE.test(call.last)) return false
  const owner = call.name.split(/\.|::|->/)[0] ?? ''
  return (
    REMOVE_OF.test(owner) ||
    owner === call.last ||
    (call.subject !== undefined && /[./~]/.test(call.subject) && call.name === call.last)
  )
}

export function runRemoval(call: Invocation, code: string, state: State): void {
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
      !/\b(?:mkdtemp|TemporaryDirectory|mktmpdir|tempdir)\b/.test(code) &&
        (recursive || /\bwalk\b|rglob|recursive|\*\*/.test(code))
        ? DYNAMIC_REMOVE
        : { ...DYNAMIC_REMOVE, danger: 'elevated' },
      call.name,
    )
}

/** `open(F, ">path")`, `open(F, ">", "path")`, `open(F, "|command")` */
function runPerlOpen(mode: string, path: string | undefined, state: State): boolean {
  const write = /^\s*\+?>(>?)\s*(\S.*)?$/s.exec(mode)
  const target = write?.[2] ?? (write === null ? undefined : path)
  if (target !== undefined) output.write({ path: literal(target), append: write?.[1] === '>' }, NOTHING, state)
  const command = /^\s*\|(.+)$|^(.+)\|\s*$/s.exec(mode)
  if (command !== null) state.run(command[1] ?? command[2] ?? '', null)
  else if (/^\s*(?:\|-|-\|)\s*$/.test(mode) && path !== undefined) state.run(path, null)
  return target !== undefined || command !== null
}

/** `open(path, 'w')` writes, `open(path)` reads. */
function runOpen(path: string, mode: string | undefined, state: State): void {
  if (runPerlOpen(path, mode, state) || !/^[waxr]\+?b?t?$/.test(mode ?? 'r')) return
  if (mode === undefined || /^rb?t?$/.test(mode)) {
    if (isSecretPath(path, state)) reportSecretRead(path, state)
  } else if (path.length <= 1024) output.write({ path: literal(path), append: mode.startsWith('a') }, NOTHING, state)
}

export function runWrite(call: Invocation, state: State): void {
  const [first, second] = call.texts
  if (first === undefined || call.last === 'write') return
  if (call.last === 'open') return runOpen(first, second, state)
  const path = call.last.startsWith('write_') ? call.subject : first
  if (path === undefined || path.length > 1024) return
  output.write(
    { path: literal(path), append: false },
    second === undefined ? NOTHING : { text: second, taint: 0 },
    state,
  )
}
