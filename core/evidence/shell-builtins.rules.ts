import { setVariable } from './shell-effects.rules.ts'
import type { Arg, Call } from './shell-state.rules.ts'

/** `export NAME=value …` */
export function exportWords(call: Call): void {
  for (const arg of call.args) {
    const at = arg.text.indexOf('=')
    if (at > 0 && /^\w+$/.test(arg.text.slice(0, at)))
      setVariable(arg.text.slice(0, at), { text: arg.text.slice(at + 1), taint: arg.taint }, call.state)
  }
}

/** `set -- words` replaces the positional parameters. */
export function assignWords(call: Call): void {
  const at = call.args.findIndex((arg) => arg.text === '--')
  const first = call.args[0]?.text ?? ''
  if (at < 0 && /^[-+]/.test(first)) return
  const words: readonly Arg[] = call.args.slice(at + 1)
  call.state.lists.set('@', words)
  words.slice(0, 9).forEach((word, i) => call.state.vars.set(String(i + 1), word))
}
