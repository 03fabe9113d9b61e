import { operations } from '#core/registry.gen'
import { version } from '#core/system/index'
import { openApiDocument } from './openapi.ts'

/** The text of `openapi.gen.json`: the surface of the REST API, as a file that changes are reviewed in. */
export function openapiJson(): string {
  return JSON.stringify(openApiDocument(operations, version), null, 1)
}
