import { list, oneOf, record, type Documented } from '../test-walk.ts'

const time = '2026-02-02T10:00:00Z'
const status = oneOf('idle', 'running', 'paused')
const version = { id: 'ver_456', versionNumber: 5, prompt: '...', tools: list, config: record }
const key = { id: 'key_123', keyPrefix: 'fc_live_12', name: 'Production API Key', scopes: ['agents:read'] }
const session = { token: 'eyJhbGciOiJIUzI1NiIs', user: { id: 'user_123', email: 'you@example.com' } }

/** Every endpoint of Clawmit's document in its order, with the fields of its examples. */
export const clawmitDocument: readonly Documented[] = [
  { endpoint: 'POST /auth/register', status: 201 },
  { endpoint: 'POST /auth/login', status: 200, answer: session },
  { endpoint: 'POST /agents', status: 201 },
  { endpoint: 'POST /auth/login', status: 200, answer: session },
  { endpoint: 'POST /api-keys', status: 201, answer: { ...key, key: 'fc_live_1234567890abcdef' } },
  { endpoint: 'GET /agents', status: 200 },
  {
    endpoint: 'GET /agents?page=1&limit=10',
    status: 200,
    answer: {
      data: [
        {
          id: 'agent_123',
          name: 'Support Assistant',
          description: 'Handles customer support',
          status,
          currentVersionId: 'ver_456',
          forkCount: 3,
          createdAt: time,
        },
      ],
      pagination: { page: 1, limit: 10, total: 25, totalPages: 3 },
    },
    beyond: ['data[].updatedAt'],
  },
  {
    endpoint: 'POST /agents',
    status: 201,
    answer: {
      id: 'agent_789',
      name: 'Code Review Agent',
      status,
      currentVersionId: 'ver_101',
      currentVersion: version,
    },
    beyond: ['description', 'forkCount', 'createdAt', 'updatedAt'],
  },
  {
    endpoint: 'GET /agents/:id',
    status: 200,
    answer: {
      id: 'agent_123',
      name: 'Support Assistant',
      description: 'Handles customer support',
      status,
      currentVersionId: 'ver_456',
      currentVersion: version,
      forkCount: 3,
      createdAt: time,
      updatedAt: time,
    },
  },
  {
    endpoint: 'POST /agents/:id/fork',
    status: 201,
    answer: {
      id: 'agent_999',
      name: 'Support Assistant (Spanish)',
      parentAgent: { id: 'agent_123', name: 'Support Assistant' },
      currentVersion: { id: 'ver_1000', versionNumber: 1, parentVersionId: 'ver_456', forkType: 'prompt_mutation' },
    },
  },
  {
    endpoint: 'GET /agents/:id/lineage',
    status: 200,
    answer: {
      root: {
        id: 'agent_123',
        name: 'Support Assistant',
        versionId: 'ver_456',
        versionNumber: 5,
        children: [
          { id: 'agent_999', name: 'Support Assistant (Spanish)', forkType: 'prompt_mutation', children: list },
        ],
      },
    },
    beyond: ['root.children[].versionId', 'root.children[].versionNumber'],
  },
  {
    endpoint: 'GET /agents/:id/versions?page=1&limit=20',
    status: 200,
    answer: {
      data: [
        {
          id: 'ver_456',
          versionNumber: 5,
          prompt: '...',
          commitMessage: 'Improved response quality',
          createdAt: time,
          createdBy: { id: 'user_123', email: 'you@example.com' },
        },
      ],
    },
    beyond: ['pagination'],
  },
  {
    endpoint: 'POST /agents/:id/versions',
    status: 201,
    answer: {
      id: 'ver_457',
      versionNumber: 6,
      parentVersionId: 'ver_456',
      diffFromParent: {
        config: { changed: { temperature: { from: 0.7, to: 0.5 }, maxTokens: { from: 2000, to: 3000 } } },
      },
    },
    beyond: ['diffFromParent.prompt'],
  },
  {
    endpoint: 'GET /agents/:id/versions/compare?from={from}&to={to}',
    status: 200,
    answer: {
      from: { id: 'ver_456', versionNumber: 5 },
      to: { id: 'ver_457', versionNumber: 6 },
      diff: { config: { changed: { temperature: { from: 0.7, to: 0.5 } } } },
    },
    beyond: ['diff.prompt', 'diff.config.changed.maxTokens'],
  },
  {
    endpoint: 'POST /agents/:id/rollback',
    status: 201,
    answer: { id: 'ver_458', versionNumber: 7, commitMessage: 'Rollback to version 5' },
  },
  {
    endpoint: 'POST /tasks',
    status: 201,
    answer: {
      id: 'task_789',
      agentId: 'agent_123',
      versionId: 'ver_456',
      title: 'Review PR #42',
      status: oneOf('queued'),
      priority: oneOf('high'),
      createdAt: time,
    },
    beyond: ['agent', 'description', 'input'],
  },
  {
    endpoint: 'GET /tasks?status=running&agentId={agent}',
    status: 200,
    answer: {
      data: [
        {
          id: 'task_789',
          title: 'Review PR #42',
          status: oneOf('running'),
          startedAt: time,
          agent: { id: 'agent_123', name: 'Code Review Agent' },
        },
      ],
    },
    beyond: ['agentId', 'versionId', 'priority', 'createdAt', 'description', 'input'].map((name) => `data[].${name}`),
  },
  {
    endpoint: 'GET /tasks/:id',
    status: 200,
    answer: {
      id: 'task_789',
      title: 'Review PR #42',
      status: oneOf('completed'),
      priority: oneOf('high'),
      input: { pr_number: 42, repository: 'myorg/myrepo' },
      output: { review: 'Looks good, approved', suggestions: list },
      startedAt: time,
      completedAt: time,
    },
    beyond: ['agentId', 'versionId', 'createdAt', 'agent', 'description'],
  },
  { endpoint: 'PATCH /tasks/:id', status: 200 },
  {
    endpoint: 'POST /webhooks',
    status: 201,
    answer: {
      id: 'hook_123',
      url: 'https://your-app.com/webhooks/Clawmit',
      events: ['task.started'],
      secret: 'whsec_abc123',
      active: true,
    },
  },
  {
    endpoint: 'GET /api-keys',
    status: 200,
    answer: { data: [{ ...key, lastUsedAt: time, createdAt: time }] },
  },
  { endpoint: 'DELETE /api-keys/:id', status: 204 },
]
