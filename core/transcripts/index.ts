export type { ToolCall, TranscriptFormat } from './calls.rules.ts'
export { readTranscript, type Transcript } from './read.rules.ts'
export { readUsage, type ModelUsage } from './usage.rules.ts'
export { guardRequests, toolRequests, type ToolRequest, type ToolUse } from './requests.rules.ts'
