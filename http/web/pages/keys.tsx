export function Keys(_: { id?: string }) { return null }
