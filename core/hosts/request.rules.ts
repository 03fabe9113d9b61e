import { gradeAct } from '#core/evidence/index'
import type { ActRequest } from '#core/guard/index'
import { secretScan } from '#core/scans/index'
import { toolRequests, withoutProse, type ToolRequest } from '#core/transcripts/index'
import type { ToolEvent } from './schema.ts'

export interface HostRequest {
  readonly request: ActRequest
  /** Words of the model beside the act; they differ from try to try, so they are no part of what is approved. */
  readonly reasoning: string | undefined
  /** Part of the act is longer than guard reads, so no policy could judge it. */
  readonly cut: boolean
}

/** The one request that stands for a tool call. Of the files of a patch the most dangerous is graded; all are named. */
export function hostRequest(event: ToolEvent): HostRequest {
  const { prose, input } = withoutProse(inputOf(event))
  const requests = toolRequests({ tool: event.tool_name, input, sessionId: event.session_id ?? null })
  const [first, ...rest] = requests.toSorted((a, b) => riskOf(b) - riskOf(a))
  if (first === undefined) throw new Error('A tool call stands for at least one request.')
  const request = rest.length === 0 ? first.request : { ...first.request, ...together([first, ...rest]) }
  const secret = unseenSecret(requests)
  return {
    request: secret === null ? request : { ...request, content: secret },
    reasoning: prose?.slice(0, MAX_PROSE),
    cut: requests.some(({ actCut }) => actCut) || requests.length > MAX_PATHS,
  }
}

/** Text around a secret that stands where guard does not read any more. */
function unseenSecret(requests: readonly ToolRequest[]): string | null {
  for (const { unseen } of requests) {
    const [found] = unseen === '' ? [] : secretScan(unseen).findings
    if (found) return unseen.slice(Math.max(0, found.start - 200), found.end + 200).slice(0, MAX_CONTENT)
  }
  return null
}

/** Source: the limits of guard's input. */
const MAX_PATHS = 100
const MAX_CONTENT = 50_000
const MAX_PROSE = 4000

function inputOf({ tool_input: input }: ToolEvent): Readonly<Record<string, unknown>> {
  if (input === undefined || input === null) return {}
  return typeof input === 'object' && !Array.isArray(input) ? (input as Record<string, unknown>) : { input }
}

function riskOf({ request }: ToolRequest): number {
  return request.act ? gradeAct(request.act).total : 0
}

function together(all: readonly ToolRequest[]): Partial<ActRequest> {
  const paths = all.flatMap(({ request }) => request.write_paths ?? [])
  const content = all.map(({ request }) => request.content ?? '').join('\n')
  return { write_paths: paths.slice(0, MAX_PATHS), content: content.slice(0, MAX_CONTENT) }
}
