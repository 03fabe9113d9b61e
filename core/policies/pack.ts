/** A policy as shipped. Its tests are inside its rules. */
export interface PackPolicy {
  readonly name: string
  readonly policy_type: string
  readonly rules: Readonly<Record<string, unknown>>
}

interface ShortCase {
  readonly [name: string]: readonly [decision: string, input: object, given?: object]
}

/** `{ 'what it shows': ['block', {…request}] }` as the tests of a policy. */
export function tests(cases: ShortCase): readonly object[] {
  return Object.entries(cases).map(([name, [decision, input, given]]) => ({
    name,
    input,
    ...(given === undefined ? {} : { given }),
    expect: { decision },
  }))
}

export const shell = (command: string, more: object = {}): object => ({
  action_type: 'other',
  act: { kind: 'shell', command },
  ...more,
})

export const sql = (statement: string): object => ({ action_type: 'other', act: { kind: 'sql', statement } })

export const write = (path: string, content = 'x'): object => ({
  action_type: 'apply',
  act: { kind: 'file', file: { path, content_excerpt: content } },
})

export const http = (method: string, url: string, body = ''): object => ({
  action_type: 'api',
  act: { kind: 'http', request: { method, url, body_excerpt: body } },
})
