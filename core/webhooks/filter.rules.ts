import { scopeOfEvent } from '#core/events/index'

const SHAPE = /^[a-z][a-z_]*\.(?:\*|[a-z][a-z_.]*)$/

/** Whether an event of this name is wanted: by its name, by its domain (`agent.*`) or as all of them (`*`). */
export function isWanted(filters: readonly string[], name: string): boolean {
  return filters.some(
    (filter) => filter === '*' || filter === name || (filter.endsWith('.*') && name.startsWith(filter.slice(0, -1))),
  )
}

/** What is wrong with filters, a sentence each; an event of a domain that nobody is told of would never come. */
export function filterProblems(filters: readonly string[]): string[] {
  return filters.flatMap((filter, index) => {
    if (filter === '*') return []
    if (!SHAPE.test(filter)) return [`events.${index}: must be a name as task.completed, a domain as task.*, or *`]
    return scopeOfEvent(filter) === null ? [`events.${index}: there are no events of "${filter.split('.', 1)[0]}"`] : []
  })
}
