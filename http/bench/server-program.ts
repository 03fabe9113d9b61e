import { loadSettings } from '#core/kernel/config'
import { createLog } from '../log.ts'
import { startServer } from '../serve.ts'

/** The server as `writ serve` starts it, settings from the environment; prints its URL and nothing else. */
const settings = loadSettings()
const { url } = await startServer({ settings, log: createLog(settings.log_level) })
process.stdout.write(`${url}\n`)
