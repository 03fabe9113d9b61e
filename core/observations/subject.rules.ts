import { hash } from 'node:crypto'

/** Session and task names come from callers and can be long; an index entry cannot. */
const MAX_SUBJECT = 300

export function storedSubject(subject: string): string {
  return subject.length <= MAX_SUBJECT ? subject : `sha256:${hash('sha256', subject, 'hex')}`
}
