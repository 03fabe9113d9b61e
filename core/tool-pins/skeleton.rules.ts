import { LOOKALIKES } from '#core/scans/index'

/** Pairs that many fonts draw alike, once case no longer tells them apart. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/[i1|!]/g, 'l'],
  [/0/g, 'o'],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/\p{Dash_Punctuation}|\u2212/gu, '-'],
  [/\p{Connector_Punctuation}/gu, '_'],
]

/** A name as it looks: two names with one skeleton can be taken for each other. For comparing only, never for showing. */
export function skeletonOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{Default_Ignorable_Code_Point}|\p{Nonspacing_Mark}|\p{Control}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
  const latin = Array.from(plain, (char) => LOOKALIKES[char] ?? char).join('')
  return ALIKE.reduce((text, [pattern, letter]) => text.replaceAll(pattern, letter), latin)
}

const WRITS = skeletonOf('writ_')

/** Whether a name can be taken for one of Writ's own tools. */
export function looksLikeWrits(skeleton: string): boolean {
  return skeleton.startsWith(WRITS)
}
