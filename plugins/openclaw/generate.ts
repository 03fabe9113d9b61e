import { readFileSync } from 'node:fs'
import { version } from '#core/system/index'
import { file, jsonFile, type Bundle } from '../bundle.ts'

const source = new URL('plugin.mjs', import.meta.url)
const description = 'Asks Writ before every tool call, and blocks what it does not allow'

/** An npm package that OpenClaw loads as a plugin. */
export function openclawPlugin(): Bundle {
  return {
    'package.json': jsonFile({
      name: 'writ-openclaw',
      version,
      description,
      license: 'Apache-2.0',
      private: true,
      type: 'module',
      openclaw: { extensions: ['./index.mjs'] },
    }),
    'openclaw.plugin.json': jsonFile({
      id: 'writ',
      name: 'Writ',
      description,
      version,
      activation: { onStartup: true },
      contracts: { agentToolResultMiddleware: ['openclaw', 'codex'] },
      configSchema: { type: 'object', additionalProperties: false, properties: {} },
    }),
    'index.mjs': file(readFileSync(source, 'utf8')),
  }
}
