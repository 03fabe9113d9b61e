import protobuf from 'protobufjs/light.js'
import { Fault } from '#core/kernel/errors'
import { parseJson } from '../body.ts'
import { descriptor, type MessageName } from './schema.rules.ts'

export type Encoding = 'json' | 'protobuf'

const root = protobuf.Root.fromJSON(descriptor)

/** The encoding by the header; undefined for one that OTLP does not have. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/json') return 'json'
  return type === 'application/x-protobuf' ? 'protobuf' : undefined
}

export const contentTypes: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
}

/** The message as plain objects in the names of OTLP/JSON; 64-bit numbers are text, bytes stay bytes. */
export function decode(bytes: Buffer, encoding: Encoding, name: MessageName): unknown {
  if (encoding === 'json') return parseJson(bytes)
  const type = root.lookupType(name)
  try {
    return type.toObject(type.decode(bytes), { longs: String })
  } catch (cause) {
    throw new Fault('invalid_input', `The body is not a protobuf message of OTLP ${name.toLowerCase()}.`, { cause })
  }
}

export function encode(name: MessageName, value: Record<string, unknown>): Buffer {
  const type = root.lookupType(name)
  return Buffer.from(type.encode(type.fromObject(value)).finish())
}
