import type { Command } from 'commander'
import { define } from './define.ts'
import { withDatabase, type ServeOptions } from './serve-options.ts'

export function addServe(program: Command): void {
  withDatabase(define(program, 'serve', { summary: 'Start the server.', example: 'serve --port 3000' }))
    .option('--host <address>', 'address to listen on (WRIT_HOST)')
    .option('--port <number>', 'port to listen on (WRIT_PORT)')
    .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent (WRIT_LOG_LEVEL)')
    .option('--save-key', 'on the first start, keep both keys in the home directory, readable for you alone')
    .action(async (options: ServeOptions) => (await import('./serve-run.ts')).serve(options))
}
