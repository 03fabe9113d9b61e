/** One call of the server's REST interface; throws with the server's own words when it refuses. */
export async function call<T>(url: string, key: string, path: string, body?: object): Promise<T> {
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(url + path, {
    ...sent,
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** The secret of a new member key, as an agent holds it. */
export async function agentKey(url: string, adminKey: string): Promise<string> {
  return (await call<{ secret: string }>(url, adminKey, '/api/keys', { name: 'bench agent', role: 'member' })).secret
}
