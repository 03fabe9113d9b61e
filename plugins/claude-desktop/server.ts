/** The extension's program: MCP on stdin and stdout, a bridge to the server that the person named. */
import { serveStdioBridge } from '#mcp/stdio'

/** Put in when the extension is built, whose folder has no package to read it from. */
declare const WRIT_VERSION: string

/** A field that was left empty may come as its own placeholder. */
function given(name: string): string | undefined {
  const value = process.env[name]?.trim()
  return value === undefined || value === '' || value.startsWith('${') ? undefined : value
}

const url = given('WRIT_URL') ?? 'http://127.0.0.1:3000'
const apiKey = given('WRIT_API_KEY')
if (apiKey === undefined || !/^https?:\/\//.test(url)) {
  process.stderr.write('Writ: set the address and an agent key in the settings of this extension.\n')
  process.exit(1)
}
const agentId = given('WRIT_AGENT_ID')
const base = url.replace(/\/+$/, '')
const bridge = serveStdioBridge({
  url: base,
  apiKey,
  version: WRIT_VERSION,
  ...(agentId === undefined ? {} : { agentId }),
})
process.on('SIGTERM', () => void bridge.close())
await bridge.ended
