import { registerHooks } from 'node:module'

/**
 * The condition `source` picks this project's TypeScript files, but some packages use the same word for theirs, which
 * Node refuses to strip under node_modules. For packages the condition is taken away again.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('#')
      ? next(specifier, context)
      : next(specifier, { ...context, conditions: context.conditions.filter((one) => one !== 'source') }),
})
