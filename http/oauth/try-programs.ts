import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A client as people install it, in a home of its own. Every method throws with what the client said. */
export interface RealClient {
  readonly name: string
  /** What it calls itself when it registers, and the agent that this suggests. */
  readonly calledItself: string
  readonly agentId: string
  /** Where its document is, which is its client id where the server takes documents. */
  readonly document: string
  version(): Promise<string>
  /** Adds the server by its address alone. */
  add(mcpUrl: string): Promise<string>
  /** Starts to log in, hands the address that it prints to the person, and waits for what it says then. */
  login(person: (authorizationUrl: string) => Promise<void>): Promise<string>
  /** Asks Writ about an act, with its own token. */
  use(): Promise<string>
  /** What it says about a server that no longer takes its token. */
  refused(): Promise<string>
}

export interface Place {
  /** Where npm installed the clients. */
  readonly programs: string
  /** Where the client keeps what it knows. */
  readonly home: string
}

const MINUTE = 60_000

/** Both clients in their newest versions, with no part of the project's. */
export async function install(folder: string, packages: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true })
  const args = ['install', '--prefix', folder, '--no-fund', '--no-audit', '--loglevel=error', ...packages]
  await said(started('npm', args, { ...process.env }), 10 * MINUTE)
  return join(folder, 'node_modules', '.bin')
}

/** Of this process's environment a client sees where programs are; no proxy, no account, no editor around it. */
export function environment(home: string, own: Record<string, string>): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home, USERPROFILE: home, TERM: 'xterm', LANG: 'C.UTF-8', ...own }
}

export function started(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(command, args, { env, cwd: env['HOME'], stdio: ['pipe', 'pipe', 'pipe'] })
}

/** The same in a terminal, for programs that will not speak otherwise. */
export function startedInTerminal(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const terminal = 'import os,pty,sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
  return started('python3', ['-c', terminal, command, ...args], env)
}

/** All that a program says until it ends. Throws it when the program fails or does not end in time. */
export async function said(child: ChildProcess, ms = MINUTE): Promise<string> {
  const heard = listen(child)
  const timer = setTimeout(() => child.kill('SIGKILL'), ms)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    if (code === 0) return heard.plain()
    throw new Error(`ended with ${code}: ${heard.plain()}`)
  } finally {
    clearTimeout(timer)
  }
}

/** Waits for an authorization request among what a program prints, plays it, and answers what the program says after. */
export async function loggedIn(child: ChildProcess, person: (url: string) => Promise<void>): Promise<string> {
  const heard = listen(child)
  const ended = said(child, 2 * MINUTE)
  ended.catch(() => undefined)
  const url = await Promise.race([heard.match(AUTHORIZATION), ended.then(() => undefined)])
  if (url === undefined) throw new Error(`no address to open: ${heard.plain()}`)
  const before = heard.plain().length
  try {
    await person(url)
  } catch (error) {
    child.kill()
    throw error
  }
  await ended
  return heard.plain().slice(before)
}

// A terminal may get the address as a link, between control characters.
// oxlint-disable-next-line no-control-regex
const AUTHORIZATION = /(https?:\/\/[^\s\u0007\u001B]+\/oauth\/authorize\?[^\s\u0007\u001B]+)[\s\u0007\u001B]/
// oxlint-disable-next-line no-control-regex
const CONTROL = /\u001B\][^\u0007]*\u0007|\u001B\[[\d;?]*[A-Za-z]|\u001B[=>78]|\r/g

export interface Heard {
  /** The first group of what is matched, once the program says it; throws after a minute. */
  match(pattern: RegExp): Promise<string>
  plain(): string
}

export function listen(child: ChildProcess): Heard {
  let text = ''
  const waiting = new Set<() => void>()
  const hear = (chunk: Buffer): void => {
    text += chunk.toString()
    for (const look of waiting) look()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  return {
    plain: () => text.replaceAll(CONTROL, '').trim(),
    match: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(text)?.[1]
          if (found === undefined) return
          waiting.delete(look)
          clearTimeout(timer)
          resolve(found)
        }
        const timer = setTimeout(() => reject(new Error(`nothing like ${pattern.source} in: ${text}`)), MINUTE)
        timer.unref()
        waiting.add(look)
        look()
      }),
  }
}

/** The line of a text that says it, from there on. */
export function lineWith(text: string, pattern: RegExp): string {
  const line = text
    .split('\n')
    .map((one) => one.slice(pattern.exec(one)?.index ?? one.length))
    .find((rest) => rest !== '')
  if (line === undefined) throw new Error(`nothing like ${pattern.source} in: ${text.slice(-2000)}`)
  return line.trim().replaceAll(/\s+/g, ' ')
}
