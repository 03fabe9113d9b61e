export function Agents(_: { id?: string }) { return null }
