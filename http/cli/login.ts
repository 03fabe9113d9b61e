import type { Command } from 'commander'
import { define } from './define.ts'
import { httpUrl } from './option.rules.ts'
import { say, sayJson } from './terminal.ts'

interface LoginOptions {
  readonly json?: boolean
}

export function addLogin(program: Command): void {
  define(program, 'login [url]', {
    summary: 'Sign in as yourself, in a browser; the other commands then act for you.',
    example: 'login https://writ.example',
  }).action(login)
  define(program, 'logout [url]', {
    summary: 'End that sign-in, here and on the server.',
    example: 'logout https://writ.example',
  }).action(logout)
}

async function login(url: string | undefined, { json }: LoginOptions): Promise<void> {
  // Loaded here: every other command does without.
  const { signIn } = await import('./login-run.ts')
  const signedIn = await signIn(url === undefined ? undefined : httpUrl(url), ({ uri, code }) => {
    process.stderr.write(`Open  ${uri}\nand type the code  ${code}\n`)
  })
  if (json) return sayJson({ url: signedIn })
  say(`Signed in to ${signedIn}.`)
}

async function logout(url: string | undefined, { json }: LoginOptions): Promise<void> {
  const { signOut } = await import('./login-run.ts')
  const signedOut = await signOut(url === undefined ? undefined : httpUrl(url))
  if (json) return sayJson({ url: signedOut })
  say(`Signed out of ${signedOut}.`)
}
