import { randomFillSync } from 'node:crypto'

/** The prefix of every kind of id on the wire. */
export type IdPrefix =
  | 'act'
  | 'apr'
  | 'asm'
  | 'loop'
  | 'gp'
  | 'key'
  | 'org'
  | 'evt'
  | 'req'
  | 'bud'
  | 'ckp'
  | 'rt'
  | 'usr'
  | 'ses'
  | 'inv'
  | 'grt'
  | 'cli'
  | 'adm'
  | 'pair'
  | 'sec'
  | 'pin'
  | 'ver'
  | 'agent'
  | 'alert'
  | 'ntf'
  | 'task'
  | 'whk'
  | 'msg'

const pool = Buffer.alloc(16 * 1024)
let used = pool.length
let lastMs = 0
let counter = 0

/** Random bytes from a pool that is filled in one go: a call of the system's generator per id is what ids would cost. */
function random(length: number): Buffer {
  if (used + length > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = Buffer.from(pool.subarray(used, used + length))
  used += length
  return bytes
}

/**
 * UUID version 7 (RFC 9562, section 5.7) with method 1 of section 6.2: a 12-bit counter in `rand_a`
 * keeps ids of one process in order within a millisecond.
 */
export function uuidv7(ms: number = Date.now()): string {
  const bytes = random(16)
  let stamp = ms
  if (stamp <= lastMs) {
    stamp = lastMs
    counter += 1
    if (counter > 0xfff) {
      stamp += 1
      counter = 0
    }
  } else {
    counter = bytes.readUInt16BE(6) & 0x3ff
  }
  lastMs = stamp
  bytes.writeUIntBE(stamp, 0, 6)
  bytes.writeUInt16BE(0x7000 | counter, 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export function newId(prefix: IdPrefix): string {
  return `${prefix}_${uuidv7()}`
}

/** Guard decisions have ids of their own shape, so that they can never be taken for actions. */
export function newDecisionId(): string {
  return `act_gd_${random(8).toString('hex')}`
}

export function isDecisionId(id: string): boolean {
  return /^act_gd_[0-9a-f]{16}$/.test(id)
}
