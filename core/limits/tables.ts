/** How much of a limit one replica saw used in one minute; the others read it. Gone after two minutes. */
export interface RateUsageTable {
  /** Empty for what is counted by address. */
  readonly org_id: string
  /** Kind and key of the limit, with a space between. */
  readonly key: string
  /** Minutes since the epoch. */
  readonly minute: number
  readonly replica: string
  used: number
}

/** Calls of an org in one day (UTC), where a limit of that kind counts them. */
export interface RequestDayTable {
  readonly org_id: string
  readonly kind: string
  readonly day: string
  used: number
}
