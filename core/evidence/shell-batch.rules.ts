import type { Arg, Call, Flow } from './shell-state.rules.ts'
import { EMPTY, HOLE, known, LIMITS, literal, NOTHING, quote, TAINT } from './shell-state.rules.ts'

function inputWords(stdin: Flow | null): readonly Arg[] {
  if (stdin === null || stdin.text === null || known(stdin.text).trim() === '') {
    return [{ text: HOLE, raw: '<stdin>', taint: TAINT.unknown | (stdin?.taint ?? 0), glob: false }]
  }
  return stdin.text
    .split(/[\s\0]+/)
    .filter((text) => text !== '')
    .slice(0, LIMITS.fields)
    .map((text) => literal(text, stdin.taint))
}

const XARGS_VALUED =
  '-I -n -P -L -d -E -s -a -J -R --max-args --max-procs --max-lines --delimiter --arg-file --replace'.split(' ')

export function runXargs(call: Call): Flow | undefined {
  let i = 0
  let mark: string | null = null
  for (; i < call.args.length; i++) {
    const text = call.args[i]?.text ?? ''
    if (!text.startsWith('-')) break
    if (text === '-I' || text === '-J') mark = call.args[i + 1]?.text ?? '{}'
    else if (text.startsWith('-I') || text === '-i') mark = text.slice(2) || '{}'
    if (XARGS_VALUED.includes(text)) i++
  }
  const template = call.args.slice(i)
  const input = inputWords(call.stdin)
  if (template.length === 0) return EMPTY
  if (mark === null) return call.state.exec([...template, ...input], null)
  const holder = mark
  for (const item of input) {
    call.state.exec(
      template.map((arg) => ({
        ...arg,
        raw: arg.text.includes(holder) ? item.raw : arg.raw,
        text: arg.text.replaceAll(holder, () => item.text),
        taint: arg.taint | (arg.text.includes(holder) ? item.taint : 0),
      })),
      null,
    )
  }
  return NOTHING
}

const PARALLEL_VALUED =
  /^(?:-[ajJNnLlPSIdC]|--(?:arg-file|jobs|sshlogin|colsep|delay|timeout|joblog|results|tmpdir|delimiter|max-args))$/

/** GNU parallel: a command template, then `:::` and its inputs, or inputs from the pipe. */
export function runParallel(call: Call): Flow | undefined {
  const from = call.args.findIndex(
    (arg, i) =>
      !arg.text.startsWith('-') && !/^\d+$/.test(arg.text) && !PARALLEL_VALUED.test(call.args[i - 1]?.text ?? ''),
  )
  const separator = call.args.findIndex((arg) => arg.text.startsWith(':::'))
  const template = call.args.slice(Math.max(from, 0), separator < 0 ? undefined : separator)
  const items = separator < 0 ? inputWords(call.stdin) : call.args.slice(separator + 1)
  const text = template.map((arg) => arg.text).join(' ')
  for (const item of items) {
    const value = item.text.includes(HOLE) ? '"$PARALLEL_INPUT"' : quote(item.text)
    const mark = /\{(?:\d*|[./]{1,2})\}/g
    const script = mark.test(text) ? text.replace(mark, () => value) : `${text} ${value}`
    call.state.run(text.trim() === '' ? item.text : script, null)
  }
  return NOTHING
}
