import type { IncomingMessage } from 'node:http'
import type { Fault } from '#core/kernel/errors'
import { unauthenticated } from '#core/keys/index'
import type { Credentials } from '../auth.ts'
import { login, register } from './clawmit/accounts.ts'
import { createAgent, forkAgent, getAgent, lineageOf, listAgents } from './clawmit/agents.ts'
import { camel } from './clawmit/fields.ts'
import { createKey, listKeys, revokeKey } from './clawmit/keys.ts'
import { limitCalls, limitStranger } from './clawmit/limits.ts'
import { createTask, getTask, listTasks, updateTask } from './clawmit/tasks.ts'
import { compareVersions, createVersion, listVersions, rollBack } from './clawmit/versions.ts'
import { createWebhook, listWebhooks, removeWebhook } from './clawmit/webhooks.ts'
import type { Dialect } from './dialect.ts'

/** Clawmit: registry and version control of agents, tasks, webhooks, keys. */
export const clawmit: Dialect = {
  base: '/clawmit/api',
  credentials,
  error: (fault, requestId) => ({
    error: {
      code: codeOf(fault),
      message: fault.message,
      ...(fault.details ? { details: fault.details.map(detailOf) } : {}),
      requestId,
    },
  }),
  limits: { calls: limitCalls, strangers: limitStranger },
  routes: [
    { method: 'post', path: '/auth/register', public: true, answer: register },
    { method: 'post', path: '/auth/login', public: true, answer: login },
    { method: 'post', path: '/api-keys', answer: createKey },
    { method: 'get', path: '/api-keys', answer: listKeys },
    { method: 'delete', path: '/api-keys/{id}', answer: revokeKey },
    { method: 'get', path: '/agents', answer: listAgents },
    { method: 'post', path: '/agents', answer: createAgent },
    { method: 'get', path: '/agents/{id}', answer: getAgent },
    { method: 'post', path: '/agents/{id}/fork', answer: forkAgent },
    { method: 'get', path: '/agents/{id}/lineage', answer: lineageOf },
    { method: 'get', path: '/agents/{id}/versions', answer: listVersions },
    { method: 'post', path: '/agents/{id}/versions', answer: createVersion },
    { method: 'get', path: '/agents/{id}/versions/compare', answer: compareVersions },
    { method: 'post', path: '/agents/{id}/rollback', answer: rollBack },
    { method: 'post', path: '/tasks', answer: createTask },
    { method: 'get', path: '/tasks', answer: listTasks },
    { method: 'get', path: '/tasks/{id}', answer: getTask },
    { method: 'patch', path: '/tasks/{id}', answer: updateTask },
    { method: 'post', path: '/webhooks', answer: createWebhook },
    { method: 'get', path: '/webhooks', answer: listWebhooks },
    { method: 'delete', path: '/webhooks/{id}', answer: removeWebhook },
  ],
}

const MAX_BEARER = 512

/** A token from `/auth/login` is the secret of a session; anything else is a key. */
function credentials({ headers }: IncomingMessage): Credentials {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer === undefined || bearer.length > MAX_BEARER) throw unauthenticated()
  return bearer.startsWith('ws_') ? { kind: 'session', secret: bearer } : { kind: 'key', key: bearer }
}

const CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  429: 'RATE_LIMITED',
}

function codeOf({ status }: Fault): string {
  return CODES[status] ?? (status >= 500 ? 'INTERNAL_ERROR' : 'VALIDATION_ERROR')
}

/** "agent_id: is missing" as field and message, the field in their spelling. */
function detailOf(sentence: string): { field: string; message: string } {
  const at = sentence.indexOf(': ')
  if (at < 0) return { field: '', message: sentence }
  return { field: camel(sentence.slice(0, at)), message: sentence.slice(at + 2) }
}
