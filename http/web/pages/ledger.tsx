export function Ledger(_: { id?: string }) { return null }
