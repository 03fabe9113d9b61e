export interface PromptArgument {
  readonly name: string
  readonly description: string
  readonly required: boolean
  /** Known values, offered as completion. */
  readonly values?: readonly string[]
}

export interface PromptDeclaration {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly PromptArgument[]
  text(given: Readonly<Record<string, string>>): string
}
