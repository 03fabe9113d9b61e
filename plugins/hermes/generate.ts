import { readFileSync } from 'node:fs'
import { version } from '#core/system/index'
import { file, type Bundle } from '../bundle.ts'

const source = new URL('plugin.py', import.meta.url)

const manifest = `name: writ
version: "${version}"
description: Asks Writ before every tool call, and blocks what it does not allow
provides_hooks: [pre_tool_call, post_tool_call, transform_tool_result]
`

/** The folder `plugins/writ` of a Hermes home. */
export function hermesPlugin(): Bundle {
  return { 'plugin.yaml': file(manifest), '__init__.py': file(readFileSync(source, 'utf8')) }
}
