/** The parts of `jstat` that are used; it brings no types of its own. */
declare module 'jstat' {
  interface Distributions {
    readonly studentt: { cdf(t: number, degrees: number): number }
    readonly chisquare: { cdf(x: number, degrees: number): number }
  }
  const jStat: Distributions
  export default jStat
}
