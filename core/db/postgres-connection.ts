import type { ClientConfig } from 'pg'
import { wireValues } from './wire-values.ts'

/** Milliseconds. */
const CONNECT_TIMEOUT = 5_000

/** How every connection is made: settings that all roads to the server share. */
export const connectionConfig = (url: string): ClientConfig => ({
  connectionString: url,
  application_name: 'writ',
  connectionTimeoutMillis: CONNECT_TIMEOUT,
  keepAlive: true,
  types: wireValues,
})
