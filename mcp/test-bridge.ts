import { fileURLToPath } from 'node:url'
import { serveStdioBridge } from './stdio.ts'

export const bridgeFile = fileURLToPath(import.meta.url)

/** The bridge alone, as a program: it starts in a fraction of the time of the whole command line. */
if (process.argv[1] === bridgeFile) {
  const { WRIT_URL: url = '', WRIT_API_KEY: apiKey = '', WRIT_AGENT_ID: agentId } = process.env
  await serveStdioBridge({ url, apiKey, version: '0.0.0', ...(agentId === undefined ? {} : { agentId }) }).ended
}
