import type { AddressInfo } from 'node:net'
import express from 'express'

/** The yardstick: Express that parses a JSON body and sends it back, with its defaults. */
const app = express()
app.use(express.json())
app.post('/api/guard', (request, response) => {
  response.json(request.body)
})
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
