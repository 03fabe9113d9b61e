/** Hosts that outbound calls may reach although they are private: `host` (any port) or `host:port`. */
export type AllowList = ReadonlySet<string>

export function parseAllowList(text: string): AllowList {
  return new Set(
    text
      .split(',')
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== ''),
  )
}

export function isAllowListed(list: AllowList, url: URL): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  const bare = url.hostname.replace(/^\[|\]$/g, '')
  return [url.hostname, bare, `${url.hostname}:${port}`].some((name) => list.has(name))
}
