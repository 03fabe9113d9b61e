/** The bodies that the document has for its requests, in its order. Ids are those of the run. */
export const documented = {
  person: { email: 'you@example.com', password: 'your-secure-password' },
  firstAgent: {
    name: 'My First Agent',
    description: 'A helpful assistant',
    prompt: 'You are a helpful AI assistant.',
    tools: [],
    config: { temperature: 0.7, maxTokens: 2000 },
  },
  key: { name: 'Production API Key', scopes: ['agents:read', 'agents:write', 'tasks:read', 'tasks:write'] },
  agent: {
    name: 'Code Review Agent',
    description: 'Reviews pull requests',
    prompt: 'You are an expert code reviewer...',
    tools: [
      { name: 'github_api', description: 'GitHub API access', parameters: { repo: 'string', pr_number: 'number' } },
    ],
    config: { temperature: 0.3, maxTokens: 4000 },
  },
  /** The agent that the examples of reading, forking and versions are about. */
  supportAgent: {
    name: 'Support Assistant',
    description: 'Handles customer support',
    prompt: 'You help customers.',
    tools: [],
    config: { temperature: 0.7, maxTokens: 2000 },
  },
  fork: {
    forkType: 'prompt_mutation',
    name: 'Support Assistant (Spanish)',
    prompt: 'Eres un asistente de soporte...',
    commitMessage: 'Spanish language version',
  },
  version: {
    prompt: 'Updated prompt with improvements...',
    config: { temperature: 0.5, maxTokens: 3000 },
    commitMessage: 'Reduced temperature for consistency',
  },
  task: (agentId: string | undefined, versionId?: string) => ({
    agentId,
    versionId,
    title: 'Review PR #42',
    description: 'Review the authentication changes',
    priority: 'high',
    input: { pr_number: 42, repository: 'myorg/myrepo' },
  }),
  progress: { status: 'running', output: { partial_result: 'Processing...' } },
  output: { review: 'Looks good, approved', suggestions: [] },
  webhook: {
    url: 'https://your-app.com/webhooks/Clawmit',
    events: ['task.started', 'task.completed', 'task.failed', 'agent.forked'],
  },
} as const
