import serialize from 'canonicalize'
import { Fault } from '#core/kernel/errors'

/** RFC 8785 text of a JSON value. Throws `invalid_input` for what has no canonical form: NaN, infinities, lone surrogates, cycles, functions. */
export function canonical(value: unknown): string {
  const text = attempt(value)
  if (text === undefined) throw new Fault('invalid_input', 'Only JSON values have a canonical form.')
  return text
}

function attempt(value: unknown): string | undefined {
  try {
    return serialize(value)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('invalid_input', `This value has no canonical JSON form: ${reason}.`, { cause })
  }
}
