export { loadSettledSince } from './recent.ts'
export { standingOf, waitForRuling, type Standing } from './wait.ts'
