import { fileURLToPath } from 'node:url'
import { version } from '#core/system/index'
import { file, jsonFile, type Bundle } from '../bundle.ts'

/** Claude Desktop's extension: it has tools, and no way to stop those of others. */
export async function desktopExtension(): Promise<Bundle> {
  return { 'manifest.json': jsonFile(manifest), 'server/index.mjs': file(await bundledServer()) }
}

const manifest = {
  manifest_version: '0.3',
  name: 'writ',
  display_name: 'Writ',
  version,
  description: 'Ask before risky actions: what policy and people allow, on the record.',
  long_description:
    'Gives Claude the tools of a Writ server. Claude Desktop has no hooks: this cannot stop the tools of other extensions.',
  author: { name: 'Writ' },
  license: 'Apache-2.0',
  server: {
    type: 'node',
    entry_point: 'server/index.mjs',
    mcp_config: {
      command: 'node',
      args: ['${__dirname}/server/index.mjs'],
      env: {
        WRIT_URL: '${user_config.url}',
        WRIT_API_KEY: '${user_config.key}',
        WRIT_AGENT_ID: '${user_config.agent}',
      },
    },
  },
  tools_generated: true,
  user_config: {
    url: {
      type: 'string',
      title: 'Server',
      description: 'Address of your Writ server.',
      required: true,
      default: 'http://127.0.0.1:3000',
    },
    key: {
      type: 'string',
      title: 'Agent key',
      description: 'An agent key of that server: writ keys create desktop --agent claude-desktop',
      sensitive: true,
      required: true,
    },
    agent: {
      type: 'string',
      title: 'Agent',
      description: 'The agent that Claude is, where the key is bound to none.',
      required: false,
    },
  },
  compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: '>=20.0.0' } },
}

/** One file with all it needs. */
async function bundledServer(): Promise<string> {
  const { rolldown } = await import('rolldown')
  const build = await rolldown({
    input: fileURLToPath(new URL('server.ts', import.meta.url)),
    platform: 'node',
    resolve: { conditionNames: ['writ-source', 'node', 'import', 'default'] },
    transform: { define: { WRIT_VERSION: JSON.stringify(version) } },
    logLevel: 'warn',
  })
  try {
    const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false })
    const [chunk, ...others] = output
    if (others.length > 0) throw new Error('The server of the extension must be one file.')
    return chunk.code
  } finally {
    await build.close()
  }
}
