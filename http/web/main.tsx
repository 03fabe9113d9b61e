import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError, onSignedOut } from './api/client.ts'
import { signedOut } from './api/session.ts'
import './api/link-token.ts'
import { App } from './app.tsx'
import { Toasts } from './parts/toast.tsx'
import './style/base.css'
import './style/parts.css'
import './style/shell.css'
import './style/approvals.css'
import './style/pages.css'
import './style/fleet.css'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What a browser believes about the network is no answer: a request that fails says so, one that waits says nothing.
      networkMode: 'always',
      // What the server refused it will refuse again; what did not arrive is worth a second try.
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
    mutations: { networkMode: 'always' },
  },
})
onSignedOut(() => signedOut(client))

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
        <Toasts />
      </QueryClientProvider>
    </StrictMode>,
  )
}

if ('serviceWorker' in navigator && window.isSecureContext) {
  window.addEventListener('load', () => {
    // Without it the pages work all the same, only not while the server is away.
    navigator.serviceWorker.register('/sw.js').catch(() => undefined)
  })
}
