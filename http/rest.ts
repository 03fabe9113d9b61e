import { Router, type Request, type RequestHandler } from 'express'
import { Fault } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'
import { answer, publicCaller } from './answer.ts'
import { Refusal } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { bySpecificity, frameworkPath, pathsOf, shapeOf } from './paths.rules.ts'

/** What the listener knew about a request before the framework saw it. */
export type ExchangeOf = (request: Request) => Exchange

/** Every operation at its paths; another method on a known path is a 405 that names the right ones. */
export function restRouter(operations: readonly Operation[], exchangeOf: ExchangeOf): Router {
  const router = Router({ caseSensitive: true })
  const methods = new Map<string, { path: string; allowed: Set<string> }>()
  const routes = operations.flatMap((op) => pathsOf(op).map((path) => ({ path, op })))
  routes.sort((a, b) => bySpecificity(a.path, b.path))
  for (const { path, op } of routes) {
    router[op.rest.method](frameworkPath(path), async (request) => {
      await answer(exchangeOf(request), op, request.params as Record<string, string>)
    })
    const known = methods.get(shapeOf(path)) ?? { path, allowed: new Set() }
    known.allowed.add(op.rest.method.toUpperCase())
    if (op.rest.method === 'get') known.allowed.add('HEAD')
    methods.set(shapeOf(path), known)
  }
  for (const { path, allowed } of methods.values()) {
    router.all(frameworkPath(path), otherMethod(exchangeOf, [...allowed].toSorted()))
  }
  return router
}

export function otherMethod(exchangeOf: ExchangeOf, allowed: readonly string[]): RequestHandler {
  const allow = allowed.join(', ')
  return async (request) => {
    const { limits } = await publicCaller(exchangeOf(request))
    const fault = new Fault('method_not_allowed', `${request.method} is not possible here; use ${allow}.`)
    throw new Refusal(fault, { ...limits, Allow: allow })
  }
}
