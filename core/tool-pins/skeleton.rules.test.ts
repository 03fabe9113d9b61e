import { expect, test } from 'vitest'
import { looksLikeWrits, skeletonOf } from './skeleton.rules.ts'

test.each([
  ['read_file', 'READ_FILE'],
  ['read_file', 'reаd_file'],
  ['read_file', 'ｒｅａｄ_file'],
  ['read_file', 'read\u2060_file'],
  ['read_file', 'réad_file'],
  ['list_items', 'Iist_items'],
  ['list_items', '1ist_items'],
  ['form', 'forrn'],
  ['create-issue', 'create\u2010issue'],
  ['sоlve', 'S0LVE'],
])('%s looks like %s', (one, other) => {
  expect(skeletonOf(one)).toBe(skeletonOf(other))
})

test.each([
  ['read_file', 'write_file'],
  ['read_file', 'read-file'],
  ['read_file', 'read_files'],
  ['поиск', 'поезд'],
  ['搜索', '查询'],
])('%s does not look like %s', (one, other) => {
  expect(skeletonOf(one)).not.toBe(skeletonOf(other))
})

test("names that begin like Writ's own", () => {
  expect(
    ['writ_guard', 'WRIT_x', 'wrіt_x', 'writer', 'write_file', 'get_writ'].filter((name) =>
      looksLikeWrits(skeletonOf(name)),
    ),
  ).toEqual(['writ_guard', 'WRIT_x', 'wrіt_x'])
})
