import { testServer } from './testing/test-server.ts'
import { keyAddingProxy } from './testing/key-adding-proxy.ts'
const s = await testServer()
const p = await keyAddingProxy(s.url, s.admin)
console.log(p.url)
setTimeout(() => process.exit(), 300_000)
