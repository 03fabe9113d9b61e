import { resource } from '../kernel/runtime.ts'

/** When this runtime began to serve: the first use decides, so the server uses it when it starts. */
export const started = resource<Date>({ name: 'system.started', open: (runtime) => runtime.now() })
