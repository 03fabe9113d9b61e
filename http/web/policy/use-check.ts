import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { OutputOf } from '../../client/operations.ts'
import { ApiError, call } from '../api/client.ts'
import { useSettled } from '../parts/use-settled.ts'
import { asFile, problemsOf, readPolicy, type Problem, type Written } from './document.ts'

export interface Check {
  readonly state: 'checking' | 'sound' | 'unsound'
  readonly problems: readonly Problem[]
  /** The policy, once the server found nothing against it. */
  readonly policy: Written | null
  readonly tests: OutputOf<'policies_test'> | undefined
}

const NONE: readonly Problem[] = []

/** Checks the text as it is typed: the shape here, everything else by the server, which also runs the policy's own tests. */
export function useCheck(text: string): Check {
  const settled = useSettled(text, 350)
  const read = useMemo(() => readPolicy(settled), [settled])
  const file = read.ok ? asFile(read.policy) : null
  const checked = useQuery({
    queryKey: ['policy-check', file],
    queryFn: ({ signal }) => call('policies_test', { file: file ?? '' }, signal),
    enabled: file !== null,
    retry: false,
    staleTime: 60_000,
    gcTime: 60_000,
  })
  const problems = useMemo(() => {
    if (!read.ok) return read.problems
    if (!checked.error) return NONE
    const found = problemsOf(checked.error, read.at)
    return found.length > 0
      ? found
      : [read.at('', checked.error instanceof ApiError ? checked.error.message : 'It could not be checked.')]
  }, [read, checked.error])
  if (settled !== text || (read.ok && checked.isPending))
    return { state: 'checking', problems, policy: null, tests: undefined }
  const sound = read.ok && problems.length === 0
  return { state: sound ? 'sound' : 'unsound', problems, policy: sound ? read.policy : null, tests: checked.data }
}
