import { output } from './shell-effects.rules.ts'
import { JUNK, judgeRemoval } from './shell-remove.rules.ts'
import type { Arg, Call, Flow, Hit } from './shell-state.rules.ts'
import { HOLE, literal, NOTHING, report, TAINT } from './shell-state.rules.ts'
import { parseArgs } from './shell-table.rules.ts'

export const FIND_DELETE: Hit = {
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

export function find(call: Call): Flow {
  const search = searchOf(call)
  const found = foundBy(search)
  let taint = 0
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
    // Each found file in turn is the same as the whole folder at once.
    const whole = /^(?:.*\/)?(?:chmod|chown|chgrp)$/.test(argv[0]?.text ?? '') && search.pattern === null
    taint |= call.state.exec(whole ? argv.toSpliced(1, 0, literal('-R')) : argv, null).taint
  })
  const narrow = search.pattern !== null
  return { text: narrow ? found.map((arg) => `${arg.text}\n`).join('') : null, taint: TAINT.listing | taint }
}

export function fd(call: Call): undefined {
  const at = call.args.findIndex((arg) => /^-[xX]$|^--exec(?:-batch)?$/.test(arg.text))
  if (at < 0) return
  const pattern =
    parseArgs(call.args.slice(0, at), { valued: '-e -t -d -E --extension --type' }).operands[0]?.text ?? HOLE
  call.state.exec(
    [
      ...call.args.slice(at + 1).filter((arg) => arg.text !== '{}'),
      { text: pattern, raw: pattern, taint: TAINT.listing, glob: true },
    ],
    null,
  )
}
