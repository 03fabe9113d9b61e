export function Settings(_: { id?: string }) { return null }
