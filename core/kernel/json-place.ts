/** Why a text is not JSON, with the line and the column; engines tell neither of a text that only ends too early. */
export function whyNotJson(text: string, error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  if (/line \d+/.test(said)) return said
  const at = Number(/position (\d+)/.exec(said)?.[1] ?? text.length)
  const before = text.slice(0, at).split('\n')
  return `${said} (line ${before.length} column ${(before.at(-1) ?? '').length + 1})`
}
