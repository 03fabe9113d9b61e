const WRAPPERS = new Set(['tool_search', 'tool_call', 'tool_search_code'])

/**
 * Tools that are not asked about: Writ's own, or an agent could never ask; and OpenClaw's wrappers, whose inner call
 * comes by itself.
 */
export function isExempt(host: string, tool: string): boolean {
  return isOwn(host, tool) || (host === 'openclaw' && WRAPPERS.has(tool))
}

/** A tool of Writ itself. */
export function isOwn(host: string, tool: string): boolean {
  if (host === 'openclaw') return /^writ__writ_[a-z_]+$/.test(tool)
  return /^mcp__(?:plugin_)?writ(?:_[a-z]+)?__writ_[a-z_]+$/.test(tool)
}
