export function Members(_: { id?: string }) { return null }
