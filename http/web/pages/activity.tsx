export function Activity(_: { id?: string }) { return null }
