import { serveStdioBridge } from '../stdio.ts'

const { WRIT_URL: url = '', WRIT_API_KEY: apiKey = '', WRIT_AGENT_ID: agentId } = process.env
await serveStdioBridge({ url, apiKey, version: '0.0.0', ...(agentId === undefined ? {} : { agentId }) }).ended
