export { emitEvents, type EventDraft } from './emit.ts'
export { eventHub, type EventHub, type StoredEvent } from './hub.ts'
export { sweepEvents } from './sweep.ts'
