import { beforeAll, describe, expect, test } from 'vitest'
import { dangerRank } from './schema.ts'
import { gradeShell } from './shell.rules.ts'
import { isTestDatabase } from './shell-test-data.rules.ts'
import { loadSqlParser } from './sql.rules.ts'

beforeAll(loadSqlParser)

const held = (command: string): boolean => dangerRank(gradeShell(command).danger) >= dangerRank('high')

test.each([
  'dropdb app_test',
  'dropdb --if-exists test_app',
  "psql -h localhost -d app_test -c 'drop schema public cascade; create schema public'",
  "psql postgres://me@127.0.0.1:5432/app_test -c 'truncate users cascade'",
  "psql -d postgres -c 'drop database if exists app_test'",
  "mysql -e 'drop database if exists app_test; create database app_test'",
  "sqlite3 :memory: 'drop table t'",
  "mongosh app_test --eval 'db.dropDatabase()'",
  'RAILS_ENV=test rails db:drop db:create',
  'DATABASE_URL=postgres://localhost/app_test npx prisma migrate reset --force',
])('emptying a local test database is raised, not held: %s', (command) => {
  expect(gradeShell(command).danger).toBe('elevated')
})

describe('a test database in the text excuses nothing else', () => {
  test.each([
    'dropdb -h db.example.com app_test',
    'dropdb prod_test',
    "psql app_test -h prod.example.com -c 'truncate users'",
    "PGHOST=prod.example.com psql -d app_test -c 'truncate users'",
    "psql postgres://localhost/app_test -d prod -c 'drop table users'",
    "psql --dbname=prod app_test -c 'drop table users'",
    "psql 'host=prod dbname=app_test' -c 'drop table users'",
    'psql "$DATABASE" -c "drop table users"',
    "psql -d app_test -c 'drop database prod'",
    "psql -d app_test -c 'drop database /**/prod'",
    String.raw`psql -d app_test -c '\c prod' -c 'drop table users'`,
    "mysql app_test -e 'drop table prod.users'",
    "mysql app_test -e 'use prod; drop table users'",
    `psql app_test -c "copy x from program 'rm -rf /srv'"`,
    `psql app_test -c "do 'drop table users'"`,
    `sqlite3 test.db "attach 'prod.db' as p; drop table p.users"`,
    `mongosh app_test --eval 'db.getSiblingDB("prod").dropDatabase()'`,
    "mongosh mongodb://prod/app_test --eval 'db.dropDatabase()'",
    'RAILS_ENV=test true; rails db:drop',
    'NODE_ENV=test DATABASE_URL=postgres://prod/app npx prisma migrate reset --force',
    'RAILS_ENV=test rails db:drop DATABASE_URL=postgres://prod/app',
  ])('%s', (command) => {
    expect(held(command)).toBe(true)
  })
})

test('a name is that of a test database only when a part of it says so and none says otherwise', () => {
  for (const name of ['app_test', 'test', 'test_app', 'app-e2e', 'app_test_2', '/tmp/x.db', 'db/test.sqlite3'])
    expect(isTestDatabase(name)).toBe(true)
  for (const name of ['app', 'contest', 'latest', 'attestation', 'prod_test', 'test_production', '/tmp/../data/x.db'])
    expect(isTestDatabase(name)).toBe(false)
})
