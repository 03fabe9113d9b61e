export type { ToolCall, TranscriptFormat } from './calls.rules.ts'
export { readTranscript, type Transcript } from './read.rules.ts'
export { guardRequests, type RecordedRequest } from './requests.rules.ts'
