/** `build.ts <folder>`: writes every skill as `<folder>/<name>.zip`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { packed, skillNames } from './pack.ts'

const target = resolve(process.argv[2] ?? 'dist/skills')
mkdirSync(target, { recursive: true })
for (const name of skillNames()) writeFileSync(join(target, `${name}.zip`), packed(name))
