import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SAMPLES } from '#core/scans/secret-samples'
import { runCli } from './test-cli.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-scan-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const token = (SAMPLES.find(([pattern]) => pattern === 'github_token') ?? ['', '', ''])[2]

const claude = (id: string, command: string, more: object = {}) =>
  `${JSON.stringify({
    sessionId: 's1',
    timestamp: '2026-11-01T10:00:00Z',
    type: 'assistant',
    message: { content: [{ type: 'tool_use', id, name: 'Bash', input: { command } }] },
    ...more,
  })}\n`
const codex = (id: string, cmd: string) =>
  `${JSON.stringify({
    timestamp: '2026-11-01T10:00:00Z',
    type: 'response_item',
    payload: { type: 'function_call', call_id: id, name: 'exec_command', arguments: JSON.stringify({ cmd }) },
  })}\n`

function put(path: string, text: string): void {
  mkdirSync(join(home, path, '..'), { recursive: true })
  writeFileSync(join(home, path), text)
}

const scan = (...args: string[]) => runCli(['scan', ...args], { HOME: home })

interface Report {
  readonly calls: number
  readonly files: number
  readonly counts: Record<string, number>
  readonly risky: readonly { tool: string; summary: string; decision: string }[]
  readonly secrets: readonly { pattern: string; preview: string }[]
}

test('histories of both clients are judged, each call once, and secrets are named and not shown', async () => {
  const first = claude('t1', 'git status') + claude('t2', 'rm -rf /') + claude('t3', `echo ${token}`)
  put('.claude/projects/-p/s1.jsonl', first)
  put('.claude/projects/-p/s2.jsonl', first + claude('t4', 'git push --force origin feature'))
  put('.codex/sessions/2026/11/01/rollout-1.jsonl', codex('c1', 'rm -rf ~') + codex('c2', 'ls'))
  const told = await scan('--json')
  const report = told.json() as Report
  expect([report.files, report.calls]).toEqual([3, 6])
  expect(report.counts).toEqual({ allow: 3, warn: 0, require_approval: 1, block: 2 })
  expect(report.risky.map(({ summary }) => summary).toSorted()).toEqual([
    'git push --force origin feature',
    'rm -rf /',
    'rm -rf ~',
  ])
  expect(report.secrets.map(({ pattern }) => pattern)).toContain('github_token')
  const shown = await scan()
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('6 tool calls') })
  for (const text of [told.stdout, shown.stdout]) expect(text).not.toContain(token)
})

test('policies of a file stand for the default ones', async () => {
  put('.claude/projects/-p/s1.jsonl', claude('t1', 'git status') + claude('t2', 'rm -rf /'))
  put(
    'team.yaml',
    'policies:\n  - name: No git\n    policy_type: condition\n    rules:\n      when: act.command.contains("git")\n      action: block\n',
  )
  const told = await scan('--policy', join(home, 'team.yaml'), '--json')
  expect(told.stderr).toBe('')
  expect((told.json() as Report).counts).toMatchObject({ allow: 1, block: 1 })
})

test('what is not there, and what is no time, is told', async () => {
  expect(await scan()).toMatchObject({ code: 1, stderr: expect.stringContaining('no recording') })
  expect(await scan('/no/such/folder')).toMatchObject({ code: 1, stderr: expect.stringContaining('/no/such/folder') })
  put('.claude/projects/-p/s1.jsonl', claude('t1', 'ls'))
  expect((await scan('--since', 'yesterday')).stderr).toContain('30m, 2h or 1d')
  expect(((await scan('--since', '1d', '--json')).json() as Report).calls).toBe(1)
})
