import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { linesOf } from './lines.ts'

async function read(chunks: readonly Buffer[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of linesOf(Readable.from(chunks))) lines.push(line)
  return lines
}

test('lines end at line feeds only, wherever the chunks break', async () => {
  const bytes = Buffer.from('{"a":"\u2028\u0085é😀"}\r\nb\n\nlast')
  const expected = ['{"a":"\u2028\u0085é😀"}', 'b', '', 'last']
  expect(await read([bytes])).toEqual(expected)
  expect(await read(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(expected)
})
