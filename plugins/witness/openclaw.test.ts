import { expect, test } from 'vitest'
import { InstallError } from '../install/place.ts'
import { withModel } from './openclaw.ts'

test('only the model and the workspace are others; whatever decides on tools stays', () => {
  const config = {
    plugins: { entries: { writ: { enabled: true } } },
    tools: { exec: { security: 'deny' } },
    models: { providers: { own: { apiKey: '${KEY}' } } },
    agents: {
      defaults: { model: 'own/m', workspace: '~/w', maxConcurrent: 2 },
      list: [{ id: 'main', model: { primary: 'own/m' }, workspace: '~/m', tools: { deny: ['exec'] } }],
    },
  }
  const model = { primary: 'witness/m' }
  expect(withModel(config, 'http://x')).toMatchObject({
    plugins: config.plugins,
    tools: config.tools,
    models: { providers: { own: { apiKey: '${KEY}' }, witness: { baseUrl: 'http://x/v1' } } },
    agents: { defaults: { model, maxConcurrent: 2 }, list: [{ id: 'main', model, tools: { deny: ['exec'] } }] },
  })
  expect(JSON.stringify(withModel(config, 'http://x'))).not.toContain('~/')
})

test('a config that includes others is none to copy', () => {
  expect(() => withModel({ agents: { $include: './agents.json' } }, 'http://x')).toThrow(InstallError)
})
