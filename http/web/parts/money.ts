/** Small sums keep the digits that tell them apart. */
export const dollars = (usd: number): string =>
  usd.toLocaleString(undefined, { style: 'currency', currency: 'USD', maximumFractionDigits: usd < 1 ? 4 : 2 })
