import type { HookGroup } from './hook-groups.rules.ts'
import type { Entries } from './part.ts'
import { isTree, type Tree } from './tree.rules.ts'

/** Above the gate's own limit, which is the wait and 5 seconds: the client must never be the one who gives up. */
const SPARE = 15
const AFTERWARDS = 20

/** The hooks of one client. Their commands stay the same from release to release: Codex trusts each by its text. */
export function hookGroups({ gate, shell, wait }: Entries, host: 'claude-code' | 'codex'): HookGroup[] {
  const call = (event: string): string => `${shell} ${shellQuoted(gate)} ${event}`
  // A gate that is gone or broken ends with another status than 2, which both clients would pass over.
  const ask = { type: 'command', command: `${call('ask')} || exit 2`, timeout: wait + SPARE }
  const told = (event: string): Tree => ({ type: 'command', command: `${call(event)} || exit 0`, timeout: AFTERWARDS })
  const isClaude = host === 'claude-code'
  return [
    { event: 'SessionStart', handler: told('start') },
    {
      event: 'PreToolUse',
      matcher: '*',
      handler: isClaude ? { ...ask, onFailure: 'block' } : { ...ask, statusMessage: 'Asking Writ' },
    },
    { event: 'PostToolUse', matcher: '*', handler: told('record') },
    ...(isClaude ? [{ event: 'PostToolUseFailure', matcher: '*', handler: told('record') }] : []),
    { event: 'Stop', handler: told('stop') },
    ...(isClaude ? [{ event: 'SessionEnd', handler: told('stop') }] : []),
  ]
}

/** Ours, of whichever release and folder: the command runs a gate of this client. */
export function isOwnHandler(host: string): (handler: unknown) => boolean {
  const mark = `/hosts/${host}/gate.sh'`
  return (handler) => isTree(handler) && typeof handler['command'] === 'string' && handler['command'].includes(mark)
}

export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
