import { readFileSync } from 'node:fs'
import { version } from '#core/system/index'
import { file, jsonFile, within, type Bundle } from '../bundle.ts'

const program = (name: string) => file(readFileSync(new URL(name, import.meta.url), 'utf8'))
const description = 'Asks Writ before every tool call, and blocks what it does not allow'

/** An npm package that OpenClaw loads as a plugin, with a hook pack beside it that is installed by itself. */
export function openclawPlugin(): Bundle {
  return {
    'package.json': jsonFile({
      name: 'writ-openclaw',
      version,
      description,
      license: 'Apache-2.0',
      private: true,
      type: 'module',
      openclaw: { extensions: ['./index.mjs'], hooks: [`./${HOOK}`] },
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
    'index.mjs': program('plugin.mjs'),
    'server.mjs': program('server.mjs'),
    ...within(HOOK, hookPack()),
  }
}

const HOOK = 'hooks/writ-sessions'

/** OpenClaw copies the folder elsewhere and lets nothing in it point out of it, so it has the way to the server in it. */
function hookPack(): Bundle {
  return {
    'HOOK.md': file(hookWords),
    'handler.js': program('hook.mjs'),
    'server.mjs': program('server.mjs'),
  }
}

const hookWords = `---
name: writ-sessions
description: "Closes in Writ what a session left open when it is reset or stopped"
metadata:
  { "openclaw": { "events": ["command:new", "command:reset", "command:stop", "session:auto-reset"] } }
---

# Writ sessions

Tells the Writ server that \`writ install openclaw\` set up when a session is begun anew or stopped, so that calls it left
open are closed on the record. It reads no messages, and it can hold nothing back: the gate is the plugin \`writ\`.

    openclaw plugins install <this folder> --force
    openclaw hooks info writ-sessions
`
