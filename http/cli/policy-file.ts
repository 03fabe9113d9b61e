import { readFileSync } from 'node:fs'
import type { PolicyRow } from '#core/policies/index'
import { CliError } from './cli-error.ts'

type FilePolicy = PolicyRow & { readonly rules: Record<string, unknown> }

/** The policies of a file that was found sound; the refusal names line and column, or the path of the field. */
export async function readPolicyFile(path: string): Promise<readonly FilePolicy[]> {
  const { parsePolicyFile } = await import('#core/policies/index')
  const parsed = parsePolicyFile(readFileSync(path, 'utf8'))
  if (parsed.ok) return parsed.file.policies as readonly FilePolicy[]
  throw new CliError(`${path}: ${parsed.issues.map(({ path: at, message }) => `${at}: ${message}`).join('; ')}`)
}
