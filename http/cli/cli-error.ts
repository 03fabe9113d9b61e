/** Something the person can put right; the message says what. */
export class CliError extends Error {
  override readonly name = 'CliError'
}

/** The command line itself is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
