type Tree = Readonly<Record<string, unknown>>

/** What of ours must stand in a file: lines of text, or a tree of JSON. */
export type Ours = string | Tree

export function changedGateFiles(
  folder: string,
  receipt: { readonly gate: Readonly<Record<string, string>> },
): { readonly name: string; readonly state: 'gone' | 'changed' }[]

export function stateOf(file: {
  readonly path: string
  readonly part: string
  readonly after: string
  readonly ours?: Ours | undefined
}): 'same' | 'changed' | 'broken' | 'gone'

export function linesOf(text: string): string[]
