import { clawatch } from './clawatch.ts'
import { clawmit } from './clawmit.ts'
import { clawtrait } from './clawtrait.ts'
import type { Dialect } from './dialect.ts'

/** The products whose clients work here with another base address. */
export const dialects: readonly Dialect[] = [clawatch, clawmit, clawtrait]
