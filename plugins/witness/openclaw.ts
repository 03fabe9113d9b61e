import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readState } from '../install/file.ts'
import { jsonc } from '../install/formats.ts'
import { configFile } from '../install/openclaw.ts'
import { InstallError } from '../install/place.ts'
import { isTree, withKey, type Tree } from '../install/tree.rules.ts'
import type { Start } from './witness.ts'

/** OpenClaw takes its model from its config alone, so it gets a copy of the person's with another model and nothing else. */
export const startOpenclaw: Start = ({ machine, url, folder }) => {
  const path = configFile(machine)
  const state = readState(path)
  if (state === null) throw new InstallError(`${path} is gone.`)
  const copy = join(folder, 'openclaw.json')
  writeFileSync(copy, JSON.stringify(withModel(jsonc.parse(state.text), url), null, 2), { mode: 0o600 })
  // Its sessions and its workspace would otherwise be among the person's own.
  const home = join(folder, 'state')
  mkdirSync(home, { mode: 0o700 })
  return {
    program: 'openclaw',
    args: ['agent', '--local', '--session-key', 'agent:main:writ-witness', '--message', 'go'],
    env: { OPENCLAW_CONFIG_PATH: copy, OPENCLAW_STATE_DIR: home },
  }
}

export function withModel(config: Tree, url: string): Tree {
  if (JSON.stringify(config).includes('"$include"')) {
    throw new InstallError('its config includes other files, which a copy elsewhere could not.')
  }
  const [models, agents] = [treeOf(config['models']), treeOf(config['agents'])]
  const provider = {
    baseUrl: `${url}/v1`,
    apiKey: 'witness',
    api: 'openai-completions',
    models: [{ id: 'm', name: 'm', contextWindow: 200_000, maxTokens: 1000 }],
  }
  const model = { primary: 'witness/m' }
  const list = agents['list']
  return {
    ...config,
    models: { ...models, providers: { ...treeOf(models['providers']), witness: provider } },
    agents: {
      ...agents,
      defaults: { ...withoutWorkspace(treeOf(agents['defaults'])), model },
      ...(Array.isArray(list) ? { list: list.map((one) => ({ ...withoutWorkspace(treeOf(one)), model })) } : {}),
    },
  }
}

function withoutWorkspace(agent: Tree): Tree {
  return withKey(agent, 'workspace', undefined)
}

function treeOf(value: unknown): Tree {
  return isTree(value) ? value : {}
}
