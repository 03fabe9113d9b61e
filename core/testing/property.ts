import { configureGlobal } from 'fast-check'

/**
 * Property tests draw the same cases every time, so that a change is judged by its own doing and not by luck.
 * `WRIT_TEST_SEED` draws others: a number, or `random` to look for what no one has seen yet.
 */
const asked = process.env['WRIT_TEST_SEED'] ?? '20261127'
if (asked !== 'random') configureGlobal({ seed: Number(asked) })

export * from 'fast-check'
