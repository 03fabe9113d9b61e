/** Sample secrets for tests, put together at run time so that no scanner flags this repository. */
const fill = (length: number, alphabet = 'aB3dE5fG7hJ9kL2mN4pQ6rS8tU'): string =>
  alphabet.repeat(Math.ceil(length / alphabet.length)).slice(0, length)

const join = (...parts: string[]): string => parts.join('')
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const base64url = (text: string): string => Buffer.from(text).toString('base64url')
const dashes = '-'.repeat(5)
const pemLine = fill(64)

export const pem = (kind = 'RSA ', end = true): string =>
  [
    `${dashes}BEGIN ${kind}PRIVATE KEY${dashes}`,
    pemLine,
    pemLine,
    fill(30),
    ...(end ? [`${dashes}END ${kind}PRIVATE KEY${dashes}`] : []),
  ].join('\n')

const jwt = join(base64url('{"alg":"HS256","typ":"JWT"}'), '.', base64url('{"sub":"1234567890"}'), '.', fill(43))
const password = join('hun', 'ter2', '-Correct')

export type SecretSample = readonly [pattern: string, text: string, secret: string]

const prefixed = (pattern: string, prefix: string, length: number, alphabet?: string): SecretSample => {
  const secret = join(prefix, fill(length, alphabet))
  return [pattern, `deploy with ${secret} please`, secret]
}

/** Pattern expected, a text that holds the secret, the part that must not survive. */
export const SAMPLES: readonly SecretSample[] = [
  prefixed('writ_key', 'writ_live_', 32),
  prefixed('writ_key', 'writ_agent_', 32),
  prefixed('aws_access_key', 'AKIA', 16, 'ABCD2345EFGH67IJ'),
  prefixed('aws_access_key', 'ASIA', 16, 'ABCD2345EFGH67IJ'),
  prefixed('github_token', 'ghp_', 36),
  prefixed('github_token', 'ghs_', 36),
  prefixed('github_token', 'github_pat_', 82),
  prefixed('gitlab_token', 'glpat-', 20),
  prefixed('slack_token', 'xoxb-', 40, '1234567890-abcDEF'),
  prefixed('slack_webhook', 'https://hooks.slack.com/services/T0', 40, '123/aBc'),
  prefixed('stripe_key', 'sk_live_', 24),
  prefixed('stripe_key', 'rk_test_', 24),
  prefixed('webhook_secret', 'whsec_', 32),
  prefixed('openai_key', 'sk-', 48),
  prefixed('openai_key', 'sk-proj-', 100),
  prefixed('anthropic_key', 'sk-ant-api03-', 95),
  prefixed('openrouter_key', 'sk-or-v1-', 64, 'abcdef0123456789'),
  prefixed('google_api_key', 'AIza', 35),
  prefixed('google_oauth', 'GOCSPX-', 28),
  prefixed('npm_token', 'npm_', 36),
  prefixed('pypi_token', 'pypi-', 100),
  prefixed('huggingface_token', 'hf_', 34),
  prefixed('sendgrid_key', join('SG.', fill(22), '.'), 43),
  prefixed('docker_token', 'dckr_pat_', 27),
  prefixed('vault_token', 'hvs.', 95),
  prefixed('telegram_token', '123456789:AA', 33),
  ['jwt_token', `cookie session=${jwt};`, jwt],
  ['private_key', `key:\n${pem()}\nend`, pemLine],
  ['private_key', `cut ${pem('', false)}`, fill(30)],
  ['private_key', JSON.stringify({ file: pem('OPENSSH ') }), pemLine],
  ['private_key', JSON.stringify({ file: pem('EC ', false) }), fill(30)],
  ['aws_secret_key', `aws_secret_access_key = ${fill(40)}`, fill(40)],
  ['database_url', `DATABASE_URL=postgres://app:${password}@db.internal:5432/prod`, password],
  ['database_url', `mongodb+srv://root:${password}@cluster0.example.net`, password],
  ['url_userinfo', `git clone https://bot:${password}@git.example.com/x.git`, password],
  ['url_query_secret', `GET https://api.example.com/v1?user=1&access_token=${fill(24)}&page=2`, fill(24)],
  ['bearer_token', `curl -H 'Authorization: Bearer ${fill(30)}' https://example.com`, fill(30)],
  ['basic_auth', `Authorization: Basic ${base64(`admin:${password}`)}`, base64(`admin:${password}`)],
  ['basic_auth', `curl -u admin:${password} https://example.com`, password],
  ['password_field', `password=${password}`, password],
  ['password_field', `{"user":"a","password":"${password}"}`, password],
  ['password_field', JSON.stringify(JSON.stringify({ db_password: password })), password],
  ['password_field', `PGPASSWORD=${password} psql -h db`, password],
  ['password_field', `mysql --password ${password} -e 'select 1'`, password],
  ['api_key_generic', `client_secret: "${fill(32)}"`, fill(32)],
  ['api_key_generic', `export MY_API_KEY=${fill(32)}`, fill(32)],
  ['api_key_generic', `x-api-key: ${fill(32)}`, fill(32)],
  ['bare_userinfo', `ftp login deploy:${password}@files.example.com`, password],
]

/** Texts that look like secrets to a careless rule. */
export const HARMLESS: readonly string[] = [
  'commit 9fceb02d0ae598e95dc970b74767f19372d61af8 by alice',
  'request 0190b5a2-7c3e-7d7a-8a66-3f0f3c9e1b42 took 12 ms',
  'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '"integrity": "sha512-Kf8n1k1sU3dWc1pC1m2a8cLz0H8sX2vJ7b9QyqgTt3r4Yw5eZ6uI7oP8aS9dF0gH1jK2lZ3xC4vB5nM6qW7eRg==",',
  '"node_modules/@secretlint/core": { "version": "13.0.7", "resolved": "https://registry.npmjs.org/x.tgz" }',
  `<img src="data:image/png;base64,${base64('\u0089PNG pixels pixels pixels pixels pixels pixels')}">`,
  'docker pull node:20@sha256:4c1f9c3a6d2b7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f',
  'max_tokens: 4096, total_tokens=15234, token_count: 12, tokens_in: 55',
  'The password must be at least 12 characters long. Password: required',
  'password = os.environ["DB_PASSWORD"]',
  'const token = await getToken(request)',
  'password: process.env.DB_PASSWORD,',
  'api_key: ${API_KEY}',
  'export GITHUB_TOKEN=$(gh auth token)',
  'Authorization: Bearer <token>',
  'use Basic authentication for the internal endpoint',
  'git clone git@github.com:acme/app.git and mail bob@example.com',
  'mailto:support123@example.com, npm:left-pad1@1.3.0',
  'https://example.com/search?q=token&page=2#section',
  'http://localhost:3000/api/health and redis://localhost:6379/0',
  'import { secretScan } from "#core/scans/index"',
  'the task-based risk-aware ask-for-approval flow',
  'next_page_token=abc',
  'The bearer of this letter is entitled to one coffee',
  'my_token_bucket.take(1) and secret_name: "db-main"',
]
