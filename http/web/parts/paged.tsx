import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { usePolling } from '../api/live.ts'
import { Button } from './button.tsx'

interface Slice {
  readonly next_cursor?: string | null
}

/** A list in pages by its cursor, newest first. */
export function usePaged<P extends Slice, R>(
  key: readonly unknown[],
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<P>,
  rowsOf: (page: P) => readonly R[],
) {
  const polling = usePolling()
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Many open pages would all be asked for again at every event; who looks far back is not waiting for news.
    refetchInterval: (now) => ((now.state.data?.pages.length ?? 0) > 3 ? false : polling),
    maxPages: 40,
  })
  return { ...query, rows: query.data?.pages.flatMap(rowsOf), first: query.data?.pages[0] }
}

interface More {
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  readonly fetchNextPage: () => unknown
}

export function LoadMore({ of }: { readonly of: More }): ReactNode {
  if (!of.hasNextPage) return null
  return (
    <div className="more">
      <Button busy={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
        Load more
      </Button>
    </div>
  )
}
