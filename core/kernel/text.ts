/** The first `max` UTF-16 units of a text, never ending in half a character: databases and canonical JSON refuse those. */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : text.slice(0, max).toWellFormed()
}
