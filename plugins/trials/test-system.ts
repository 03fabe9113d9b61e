import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Over /etc and /opt lie folders of ours; what else is in /opt is there as before. */
const script = `
for one in /opt/*; do
  [ -d "$one" ] && [ "$one" != /opt/writ ] || continue
  mkdir -p "$0/opt/\${one##*/}" && mount --rbind "$one" "$0/opt/\${one##*/}" || exit 125
done
mount --bind "$0/etc" /etc && mount --rbind "$0/opt" /opt && exec "$@"
exit 125
`

/**
 * The system's own folders as an administrator would change them, seen by nobody but the programs started in it: those
 * of the machine are not touched, whatever happens.
 */
export class TestSystem {
  readonly #root = mkdtempSync('/var/tmp/writ-system-')

  constructor() {
    mkdirSync(join(this.#root, 'opt'))
    // Some of it only the superuser may read; nothing here needs that.
    spawnSync('cp', ['-a', '/etc', this.#root])
  }

  /** Why there can be none on this machine; null when there can. */
  static missing(): string | null {
    if (process.platform !== 'linux') return 'only Linux gives a program a view of /etc of its own'
    const { status, stderr, error } = spawnSync('unshare', [...own(), 'mount', '--bind', '/var/tmp', '/opt'])
    if (status === 0) return null
    return `no view of /etc of its own: ${error?.message ?? stderr.toString().trim()}`
  }

  /** The program, started in it. */
  within(program: string, args: readonly string[]): [program: string, args: string[]] {
    return ['unshare', [...own(), '/bin/sh', '-c', script, this.#root, program, ...args]]
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true })
  }
}

/** Mounts of a namespace end with the last program in it. */
function own(): string[] {
  return process.geteuid?.() === 0 ? ['--mount'] : ['--map-root-user', '--mount']
}
