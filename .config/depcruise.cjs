/** Who may import whom. Colours of the map: core knows no adapter, domains meet at their index. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'core-knows-no-adapter',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '^(mcp|http|plugins|skills)/' },
    },
    {
      name: 'kernel-stands-alone',
      severity: 'error',
      from: { path: '^core/kernel/', pathNot: '\\.test\\.ts$' },
      to: { path: '^core/(?!kernel/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'domains-meet-at-the-index',
      severity: 'error',
      from: {
        path: '^core/([^/]+)/',
        pathNot: ['^core/(kernel|db|testing)/', '\\.test\\.ts$', '\\.bench\\.ts$', '/test-[^/]+\\.ts$'],
      },
      to: {
        path: '^core/[^/]+/',
        pathNot: ['^core/$1/', '^core/(kernel|db|testing)/', '/index\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: {
        path: '^(core|mcp|http|plugins|skills)/',
        pathNot: [
          '^core/testing/',
          '\\.test\\.ts$',
          '\\.bench\\.ts$',
          '/(test|try)-[^/]+\\.ts$',
          '^http/bench/',
          '^http/web/screenshots\\.ts$',
          '^mcp/fixture/',
        ],
      },
      to: { path: ['^core/testing/', '/test-[^/]+\\.ts$', '^mcp/fixture/'] },
    },
    {
      name: 'express-only-in-http',
      severity: 'error',
      from: { pathNot: '^http/' },
      to: { path: 'node_modules/express/' },
    },
    {
      name: 'pg-only-in-db',
      severity: 'error',
      from: { pathNot: '^(core/db/|core/testing/|http/bench/)' },
      to: { path: 'node_modules/(pg|@electric-sql)/' },
    },
    {
      name: 'one-door-to-the-outside',
      comment: 'Outbound calls go through the fetch port, which refuses private addresses.',
      severity: 'error',
      from: {
        path: '^(core|mcp|http)/',
        pathNot: ['^http/ports/', '^http/(bench|client|cli)/', '\\.test\\.ts$', '/test-[^/]+\\.ts$'],
      },
      to: { path: ['node_modules/undici/', '^(node:)?(https|http2|tls|dgram|dns)(/promises)?$'] },
    },
    {
      name: 'mcp-sdk-only-in-mcp',
      severity: 'error',
      // A test that plays an agent's host connects as one does.
      from: { pathNot: ['^mcp/', '^http/(app|hosts)', '^http/bench/', '\\.test\\.ts$', '/test-[^/]+\\.ts$'] },
      to: { path: 'node_modules/@modelcontextprotocol/' },
    },
    {
      name: 'client-takes-types-only',
      severity: 'error',
      from: { path: '^http/client/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(core|mcp|http)/(?!client/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'web-knows-operations-by-their-types',
      comment: 'The pages run in a browser: of the server they have types, and the table of its routes.',
      severity: 'error',
      from: { path: '^http/web/', pathNot: ['\\.test\\.tsx?$', '/test-[^/]+\\.ts$', '^http/web/build\\.ts$'] },
      to: { path: '^(core|mcp|http)/(?!web/|client/routes\\.gen\\.ts$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'server-serves-what-was-built',
      severity: 'error',
      from: { path: '^http/(?!web/)', pathNot: '\\.test\\.ts$' },
      to: { path: '^http/web/' },
    },
    {
      name: 'nobody-imports-http',
      severity: 'error',
      from: {
        pathNot: [
          '^http/',
          '^mcp/fixture/',
          '^(mcp|plugins|skills)/.*/?(test|try)-[^/]+$',
          '^(mcp|plugins|skills)/.*\\.test\\.ts$',
        ],
      },
      to: { path: '^http/' },
    },
    {
      name: 'plugins-meet-at-the-installer',
      comment: 'The command line installs them, and the server hands them out as they were built.',
      severity: 'error',
      from: { pathNot: ['^plugins/', '\\.test\\.ts$', '/test-[^/]+\\.ts$'] },
      to: { path: '^plugins/', pathNot: '^plugins/install/index\\.ts$' },
    },
    {
      name: 'only-the-command-line-installs',
      severity: 'error',
      from: { pathNot: ['^plugins/', '^http/cli/'] },
      to: { path: '^plugins/install/' },
    },
    { name: 'not-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^openclaw/' } },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^http/web/dist' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['writ-source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
}
