import { expect, test } from 'vitest'
import { checkpointText, parseCheckpoint, signCheckpointNote } from './checkpoint.rules.ts'
import {
  encodeVerifierKey,
  keyIdOf,
  NoteError,
  parseNote,
  parseVerifierKey,
  signersOf,
  signerFromSeed,
  signNote,
} from './note.rules.ts'

/** Key and note of the reference implementation's documentation (golang.org/x/mod/sumdb/note). */
const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1)
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`
const peter = signerFromSeed('PeterNeumann', seed)

test('the reference key signs the reference note byte for byte', () => {
  expect(encodeVerifierKey('PeterNeumann', peter.publicKey)).toBe(vkey)
  expect(keyIdOf('PeterNeumann', peter.publicKey).toString('hex')).toBe('c74f20a3')
  expect(signNote(text, [peter])).toBe(note)
})

test('the reference note verifies under the reference key, and under no other', () => {
  const other = signerFromSeed('PeterNeumann', Buffer.alloc(32, 7))
  expect(signersOf(parseNote(note), [parseVerifierKey(vkey)]).map(({ name }) => name)).toEqual(['PeterNeumann'])
  expect(signersOf(parseNote(note), [parseVerifierKey(encodeVerifierKey('PeterNeumann', other.publicKey))])).toEqual([])
})

test('a wrong signature under a known key spoils the note, even beside a right one', () => {
  const enoch = signerFromSeed('EnochRoot', Buffer.alloc(32, 9))
  const both = signNote(text, [peter, { ...enoch, sign: () => Buffer.alloc(64) }])
  const keys = [parseVerifierKey(vkey), parseVerifierKey(encodeVerifierKey('EnochRoot', enoch.publicKey))]
  expect(() => signersOf(parseNote(both), keys)).toThrow('The signature of EnochRoot')
  expect(signersOf(parseNote(both), keys.slice(0, 1))).toHaveLength(1)
})

test('a note may be signed by several keys', () => {
  const enoch = signerFromSeed('EnochRoot', Buffer.alloc(32, 9))
  const keys = [parseVerifierKey(vkey), parseVerifierKey(encodeVerifierKey('EnochRoot', enoch.publicKey))]
  expect(signersOf(parseNote(signNote(text, [peter, enoch])), keys)).toHaveLength(2)
})

test('no part of a verifier key may be missing or changed', () => {
  for (let from = 0; from <= vkey.length; from += 1) {
    const last = from === 0 ? vkey.length - 1 : vkey.length
    for (let to = from + 1; to <= last; to += 1) expect(() => parseVerifierKey(vkey.slice(from, to))).toThrow(NoteError)
  }
  for (let at = 0; at < vkey.length; at += 1) {
    const changed = vkey.slice(0, at) + String.fromCodePoint(vkey.charCodeAt(at) + 1) + vkey.slice(at + 1)
    expect(() => parseVerifierKey(changed)).toThrow(NoteError)
  }
  expect(() => parseVerifierKey('PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==')).toThrow(
    NoteError,
  )
  expect(() => parseVerifierKey('PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')).toThrow(
    NoteError,
  )
})

test.each([
  ['no signature', text],
  ['no blank line', note.replace('\n\n', '\n')],
  ['a hyphen for the dash', note.replace('—', '-')],
  ['two spaces', note.replace('PeterNeumann x', 'PeterNeumann  x')],
  ['no last newline', note.slice(0, -1)],
  ['a carriage return', note.replace('\n', '\r\n')],
  ['a stray blank line at the end', `${note}\n`],
  ['base64 without padding', note.replace('AM=\n', 'AM\n')],
  ['base64 with stray bits', note.replace('AM=\n', 'AN=\n')],
  ['a plus in the name', note.replace('— Peter', '— Pe+er')],
  ['text after the signatures', `${note}more\n`],
  ['101 signatures', note + note.slice(note.indexOf('—')).repeat(100)],
])('a note with %s is refused', (_, broken) => {
  expect(() => parseNote(broken)).toThrow(NoteError)
})

const example = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`

test('the checkpoint of the tlog-checkpoint specification is read and written back', () => {
  const checkpoint = parseCheckpoint(example)
  expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 })
  expect(checkpoint.root.toString('base64')).toBe('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=')
  expect(checkpointText(checkpoint)).toBe(checkpoint.note.text)
})

test('a checkpoint signed here verifies', () => {
  const signer = signerFromSeed('example.com/log', Buffer.alloc(32, 3))
  const signed = signCheckpointNote({ origin: 'example.com/log', size: 0, root: Buffer.alloc(32) }, [signer])
  const verifier = parseVerifierKey(encodeVerifierKey(signer.name, signer.publicKey))
  expect(signersOf(parseCheckpoint(signed).note, [verifier])).toEqual([verifier])
})

test.each([
  ['a leading zero', example.replace('20852163', '020852163')],
  ['a sign', example.replace('20852163', '+20852163')],
  ['a size past 2^53', example.replace('20852163', '90071992547409920')],
  ['a short root', example.replace('CsUYapGG', 'CsUY')],
  ['no root', example.replace('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n', '')],
  ['an empty origin', example.replace('example.com/behind-the-sofa\n', '\n')],
])('a checkpoint with %s is refused', (_, broken) => {
  expect(() => parseCheckpoint(broken)).toThrow(NoteError)
})

test('extension lines are read over', () => {
  expect(parseCheckpoint(example.replace('2I=\n', '2I=\nextension\n')).size).toBe(20_852_163)
})
