import type { z } from 'zod'
import type { registry } from '#core/registry.gen'
import type { routes } from './routes.gen.ts'

/** Every operation of the server, by its name: `guard_evaluate`, `policies_list`, … */
export type OperationName = keyof typeof routes

type Registry = typeof registry
type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S
type OperationOf<N extends OperationName> = Camel<N> extends keyof Registry ? Registry[Camel<N>] : never

/** What an operation takes, as JSON. */
export type InputOf<N extends OperationName> = z.input<OperationOf<N>['input']>
/** What an operation answers, as JSON. */
export type OutputOf<N extends OperationName> = z.output<OperationOf<N>['output']>
