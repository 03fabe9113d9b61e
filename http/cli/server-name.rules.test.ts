import { expect, test } from 'vitest'
import { ServerName } from '#core/tool-pins/index'
import { serverNameOf } from './server-name.rules.ts'

test.each([
  ['npx -y @modelcontextprotocol/server-everything@2026.8.31', 'server-everything'],
  ['npx --yes some-server stdio', 'some-server'],
  ['pnpm dlx @scope/tool', 'tool'],
  ['uvx mcp-server-git --repository .', 'mcp-server-git'],
  ['python3 -m mcp_server__git', 'mcp_server_git'],
  ['node ./servers/weather/dist/index.js', 'weather'],
  ['/opt/bin/github-mcp-server stdio', 'github-mcp-server'],
  ['./server.py', 'server'],
  ['https://mcp.example.com/mcp', 'mcp.example.com'],
  ['http://127.0.0.1:3001/mcp', '127.0.0.1-3001'],
  ['http://[::1]:3001/mcp', '1-3001'],
])('%s is called %s', (line, name) => {
  const [target = '', ...args] = line.split(' ')
  expect(serverNameOf(target, args)).toBe(name)
  expect(ServerName.safeParse(name).success).toBe(true)
})

test('what says nothing is called nothing', () => {
  expect(serverNameOf('--', [])).toBeUndefined()
})
