import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { InstallRequest, Keys } from './install.ts'
import type { Machine, Place } from './place.ts'

/** A person's home and a machine's root, both empty. */
export class TestMachine implements Machine {
  readonly root = mkdtempSync(join(tmpdir(), 'writ-install-'))
  readonly platform = 'linux'
  readonly node = '/usr/bin/node'
  readonly bin = '/opt/writ/bin.mjs'
  readonly home = join(this.root, 'home')
  readonly writHome = join(this.home, '.writ')
  readonly env = { WRIT_TEST_ROOT: join(this.root, 'system') }

  constructor() {
    mkdirSync(this.home)
    mkdirSync(join(this.env.WRIT_TEST_ROOT, 'opt'), { recursive: true })
  }

  path(name: string): string {
    return join(this.home, name)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  write(name: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text, { mode })
  }

  /** Every path below the root with what it is: kind, mode, content. */
  snapshot(): Record<string, string> {
    const entries = readdirSync(this.root, { recursive: true, withFileTypes: true })
    return Object.fromEntries(
      entries
        .map((entry) => join(entry.parentPath, entry.name))
        .toSorted()
        .map((path) => [relative(this.root, path), describe(path)]),
    )
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

function describe(path: string): string {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`
  const mode = (statSync(path).mode & 0o7777).toString(8)
  if (stat.isDirectory()) return `folder ${mode}`
  return `file ${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}

export function requestOf(place: Place, wanted: Partial<InstallRequest['wanted']> = {}): InstallRequest {
  const whole = { server: 'http://127.0.0.1:3000', agent: 'coder', wait: 30, onUnavailable: 'deny', ...wanted } as const
  return { place, wanted: whole, hostVersion: null, at: new Date('2026-01-02T03:04:05Z') }
}

/** Keys as a server would make them, numbered. */
export class TestKeys implements Keys {
  readonly given: string | undefined
  readonly made: string[] = []
  readonly revoked: string[] = []
  constructor(given?: string) {
    this.given = given
  }
  make() {
    const id = `key_${this.made.length + 1}`
    this.made.push(id)
    return Promise.resolve({ id, secret: `writ_secret_${id}` })
  }
  isGood(secret: string) {
    return Promise.resolve(!this.revoked.some((id) => secret.endsWith(id)))
  }
  revoke(id: string) {
    this.revoked.push(id)
    return Promise.resolve()
  }
}
