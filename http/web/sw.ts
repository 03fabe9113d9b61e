/** Keeps the shell of the pages, so that the installed app opens at once. Answers of the server are never kept. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching extends Lasting {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
declare const self: {
  addEventListener(name: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(name: 'fetch', listener: (event: Fetching) => void): void
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
  readonly location: Location
}

const SHELL = 'writ-shell-1'
const MAX_FILES = 120

self.addEventListener('install', (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate' && isPage(url.pathname)) event.respondWith(shell(request))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request))
  else if (url.pathname === '/theme.js') event.respondWith(fresh(request))
})

/** What the server itself answers at these paths is no page, also when a browser is sent there. */
function isPage(path: string): boolean {
  return !/^\/(api|mcp|auth|oauth|\.well-known)(\/|$)/.test(path)
}

async function shell(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request)
    // Every page is the same file; the newest one names the assets that are there.
    if (answer.ok && isHtml(answer)) await (await caches.open(SHELL)).put('/', answer.clone())
    return answer
  } catch (error) {
    const kept = await (await caches.open(SHELL)).match('/')
    if (kept) return kept
    throw error
  }
}

/** What may change under its name: from the server while it can be reached. */
async function fresh(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const kept = await caches.match(request)
    if (kept) return kept
    throw error
  }
}

/** Names of assets carry their digest: what is kept under one is right for ever. */
async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) {
    await cache.put(request, answer.clone())
    const keys = await cache.keys()
    for (const old of keys.slice(0, Math.max(0, keys.length - MAX_FILES))) await cache.delete(old)
  }
  return answer
}

const isHtml = ({ headers }: Response): boolean => headers.get('content-type')?.startsWith('text/html') ?? false

/** The first page and the files it names, which were loaded before there was a worker to keep them. */
async function keepAll(): Promise<void> {
  const answer = await fetch('/', { cache: 'no-store' })
  if (!answer.ok || !isHtml(answer)) return
  const cache = await caches.open(SHELL)
  const html = await answer.clone().text()
  await cache.put('/', answer)
  await cache.addAll([...html.matchAll(/(?:src|href)="(\/(?:assets\/|theme\.js)[^"]*)"/g)].map(([, path = '']) => path))
}

async function dropOthers(): Promise<void> {
  for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name)
}
