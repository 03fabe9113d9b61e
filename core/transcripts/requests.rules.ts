import { hash } from 'node:crypto'
import type { ActRequest } from '#core/guard/index'
import { type Json, type ToolCall } from './calls.rules.ts'
import { draftsOf, LIMITS, type Draft } from './shapes.rules.ts'

/** What guard is asked about one tool call. */
export interface ToolRequest {
  readonly request: ActRequest
  /** The act in a few words, for a person. */
  readonly summary: string
  /** True when text was cut to guard's limits: the decision is about the part that is left. */
  readonly cut: boolean
  /** True when it is the act itself that was cut, not only the text it writes. */
  readonly actCut: boolean
  /** The text that is written beyond guard's limit. */
  readonly unseen: string
}

/** A tool about to run, or one that ran. */
export interface ToolUse {
  readonly tool: string
  readonly input: Json
  readonly sessionId: string | null
}

/** The requests that stand for a recorded call, in the name of the recording: nothing waits for their answer. */
export function guardRequests(call: ToolCall): ToolRequest[] {
  return toolRequests(call).map((one) => ({
    ...one,
    request: { ...one.request, agent_id: `${call.format}-recording`, enforcement_mode: 'observe' },
  }))
}

export function toolRequests(use: ToolUse): ToolRequest[] {
  return draftsOf(use.tool, use.input).map((draft) => toRequest(use, draft))
}

function toRequest(call: ToolUse, draft: Draft): ToolRequest {
  const { content, target, act } = draft
  const text = JSON.stringify(call.input)
  // Beyond the limit the digest stands for the input, so that an approval never covers another one.
  const input = text.length <= LIMITS.content ? { input: call.input } : { input_sha256: hash('sha256', text) }
  const request = storable({
    action_type: draft.type,
    declared_goal: (draft.goal ?? `${call.tool}: ${draft.summary}`).slice(0, LIMITS.goal),
    tool: { name: call.tool, ...input },
    ...(act ? { act } : {}),
    ...(target ? { target: target.slice(0, LIMITS.path) } : {}),
    ...(content ? { content: content.slice(0, LIMITS.content) } : {}),
    ...(draft.writes ? { write_paths: draft.writes.map((path) => path.slice(0, LIMITS.path)) } : {}),
    ...(call.sessionId === null ? {} : { harness_session_id: call.sessionId.slice(0, 128) }),
  })
  const actCut = draft.cut === true
  const unseen = content?.slice(LIMITS.content) ?? ''
  const summary = draft.summary.replaceAll(/\s+/g, ' ').slice(0, 200)
  return { request: request as ActRequest, summary, cut: actCut || unseen !== '', actCut, unseen }
}

/** Recordings may hold characters that no database stores; guard would refuse the whole request for one. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\uFFFD')
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [String(storable(name)), storable(field)]))
}
