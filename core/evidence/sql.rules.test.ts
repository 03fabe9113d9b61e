import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { gradeSql, loadSqlParser } from './sql.rules.ts'

const worst = (sql: string): string | undefined => gradeSql(sql).reasons[0]?.code

test('works by tokens alone before the parser is loaded', () => {
  expect(worst('with d as (delete from a returning *) select * from d; drop table x')).toBe('sql.delete_all')
})

test('then the parser loads', async () => {
  await loadSqlParser()
})

test.each([
  ['select 1', 'review', 10, 'none'],
  ['insert into t values (1)', 'apply', 35, 'low'],
  ['update t set a = 1 where id = 3', 'apply', 45, 'low'],
  ['delete from t where id = 3', 'security', 60, 'elevated'],
  ['create table t (id int)', 'migrate', 75, 'low'],
  ['drop table t', 'security', 80, 'high'],
  ['drop database prod', 'security', 95, 'catastrophic'],
])('%s is %s at %d, %s', (sql, actionType, baseRisk, danger) => {
  expect(gradeSql(sql)).toMatchObject({ actionType, baseRisk, danger })
})

test.each([
  ['select 1; drop table x', 'sql.drop_table'],
  ['with d as (delete from a returning *) select * from d', 'sql.delete_all'],
  ['do $$ begin drop table x; end $$', 'sql.drop_table'],
  ["execute 'dr' || 'op table x'", 'sql.drop_table'],
  ['DECLARE @s varchar(99) = 0x44524f50205441424c452078; EXEC(@s)', 'sql.drop_table'],
  ["SET @s = 'DROP TABLE t'; PREPARE st FROM @s; EXECUTE st", 'sql.drop_table'],
  ['SELECT 1 DELETE FROM t', 'sql.delete_all'],
  ['/*!50000 drop table x */', 'sql.drop_table'],
  ['explain analyze delete from t', 'sql.delete_all'],
  ["copy t from program 'id'", 'sql.program'],
  ['drop table #a, real_one', 'sql.drop_table'],
])('the verb is found wherever it stands: %s', (sql, code) => {
  expect(worst(sql)).toBe(code)
})

test.each([
  "select '\\'; drop table x; -- '",
  'select 1 # \n; drop table x',
  '/* /* */ drop table x; /* */',
  'select 1--1\n; drop table x',
])('text that servers read differently is judged by the worse reading: %s', (sql) => {
  expect(gradeSql(sql).danger).toBe('high')
})

test.each([
  '1=1',
  'true',
  "'a'='a'",
  'id = id',
  'id is not null',
  'id > 0',
  '(1=1 or x)',
  'not false',
  "name like '%'",
  'coalesce(1, 0) = 1',
  '1=1 limit 99999999',
])('a condition that is always true is none: %s', (where) => {
  expect(worst(`delete from t where ${where}`)).toBe('sql.delete_all')
  expect(worst(`update t set a = 1 where ${where}`)).toBe('sql.update_all')
})

test.each([
  'id = 3',
  'id = $1',
  'id = ?',
  'id = :id',
  'a.id = b.id',
  'x between 1 and 2',
  "name like 'a%'",
  'id > 5',
  'active',
  'f(x) = 1',
])('a condition that chooses rows is one: %s', (where) => {
  expect(worst(`delete from t where ${where}`)).toBe('sql.delete')
})

test.each([
  "select 'drop table x'",
  '-- drop table x\nselect 1',
  'select "update", "delete" from t',
  'select [update], [drop] from t',
  'select * from t for update',
  'insert into t values (1) on conflict (id) do update set a = 1',
  'create table a (id int references b (id) on delete cascade)',
  'explain delete from t',
  'explain (analyze false) delete from t',
  'create temp table x (a int); drop table x',
  "do $$ begin raise notice 'drop table x'; end $$",
  'vacuum full t',
])('harmless stays harmless: %s', (sql) => {
  expect(['none', 'low']).toContain(gradeSql(sql).danger)
})

test('a routine that would destroy is elevated when defined and high when called', () => {
  const define = 'create function f() returns void as $$ begin truncate t; end $$ language plpgsql'
  expect(worst(define)).toBe('sql.defined')
  expect(gradeSql(`${define}; select f()`).danger).toBe('high')
})

test('text of a kind nobody knows is low and said to be unknown', () => {
  expect(gradeSql('frobnicate the widget')).toMatchObject({ danger: 'low', reasons: [{ code: 'sql.unknown' }] })
})

test('the reason quotes the offending text, at most 200 characters of it', () => {
  const span = gradeSql(`select 1; drop table ${'x'.repeat(500)}`).reasons[0]?.span ?? ''
  expect(span).toContain('drop table xxx')
  expect(span.length).toBeLessThanOrEqual(200)
})

const words = fc.constantFrom(
  "'",
  '"',
  '`',
  '[',
  ']',
  '(',
  ')',
  ';',
  '--',
  '/*',
  '*/',
  '$$',
  '\\',
  '#',
  '\0',
  'select',
  'delete',
  'from',
  'where',
  'or',
  '1',
  '=',
  'drop',
  'table',
  'do',
  'execute',
  'create',
  'function',
  'as',
  'x',
  '\n',
  'explain',
  'with',
  '@',
  ':',
  '\ud800',
  '.',
)

test('any text is graded without an error, and the same text the same way', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.array(words, { maxLength: 80 }).map((list) => list.join(' ')),
      ),
      (sql) => {
        const grade = gradeSql(sql)
        expect(grade.total).toBeGreaterThanOrEqual(0)
        expect(grade.total).toBeLessThanOrEqual(100)
        expect(gradeSql(sql)).toEqual(grade)
      },
    ),
    { numRuns: 1000 },
  )
})

test('a dangerous statement stays dangerous behind any harmless one', () => {
  const before = fc.constantFrom(
    'select 1',
    "select 'it''s'",
    'select "a;b"',
    'select $t$;$t$',
    '/* ; */ select 2',
    '-- ;\nselect 3',
  )
  fc.assert(
    fc.property(fc.array(before, { maxLength: 6 }), (list) => {
      expect(gradeSql([...list, 'drop table users'].join(';\n')).danger).toBe('high')
    }),
  )
})

test.each([
  '(',
  'not ',
  'select (',
  "'",
  '/*',
  '$$',
  'execute ',
  'drop table ',
  'or 1=1 ',
  'where ',
  'case when ',
  '[',
  'do $$ ',
  'delete from t where ',
  'a.',
  'x,',
])('text that repeats %j takes bounded time', (piece) => {
  const sql = piece.repeat(8192 / piece.length)
  const started = performance.now()
  gradeSql(`select ${sql}`)
  gradeSql(`delete from t where ${sql}`)
  expect(performance.now() - started).toBeLessThan(1500)
})
