export type InjectionCategory =
  | 'role_override'
  | 'delimiter_injection'
  | 'instruction_smuggling'
  | 'context_manipulation'
  | 'data_exfiltration'
  | 'output_manipulation'
  | 'encoding_evasion'
  | 'tool_direction'

export type InjectionRule = {
  readonly id: string
  readonly category: InjectionCategory
  /** Points from 0 to 100 before context; 35 is the medium threshold. */
  readonly weight: number
  /** Points when the text also speaks to an AI, asks for secrecy or overrides its role. */
  readonly supported?: number
  /** The rule runs only on text with a word of every set; a set with `*` is always met. */
  readonly anchors: readonly (readonly string[])[]
  /** Global, over folded text; gaps are bounded, so that cost is linear. */
  readonly regex: RegExp
}

export type Row = readonly [id: string, weight: number, anchors: string, source: string, supported?: number]

export const table = (category: InjectionCategory, rows: readonly Row[]): InjectionRule[] =>
  rows.map(([id, weight, anchors, source, supported]) => ({
    id,
    category,
    weight,
    ...(supported === undefined ? {} : { supported }),
    anchors: anchors.split(' & ').map((words) => words.split(' ')),
    regex: new RegExp(source, 'g'),
  }))
