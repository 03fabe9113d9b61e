export function Policies(_: { id?: string }) { return null }
