import { operations } from '#core/registry.gen'

/** The source of `client/routes.gen.ts`: the SDK takes types from the core, and this table instead of its code. */
export function clientRoutes(): string {
  const lines = operations.map(({ name, rest }) => `  ${name}: ['${rest.method.toUpperCase()}', '${rest.path}'],`)
  return [
    '// Written by `npm run gen`; not edited by hand.',
    'export const routes = {',
    ...lines.toSorted(),
    '} as const',
  ].join('\n')
}
