/** Answers of operations about grants and admin acts, as their REST description says. */
export interface Grant {
  readonly id: string
  readonly client_id: string
  readonly client_name: string | null
  readonly account_id: string
  readonly email: string | null
  readonly agent_id: string | null
  readonly scopes: readonly string[]
  readonly created_at: string
  readonly last_used_at: string | null
  readonly expires_at: string | null
  readonly revoked_at: string | null
}

export interface Act {
  readonly id: string
  readonly at: string
  readonly event: string
  readonly ref: string | null
  readonly actor: { readonly id: string; readonly name: string; readonly kind: string }
  readonly address: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** What a page needs to show one setting and to check what is typed. */
export interface SettingDefinition {
  readonly key: string
  readonly label: string
  readonly description: string
  readonly kind: 'enum' | 'integer' | 'boolean' | 'text' | 'secret' | 'list'
  readonly unit: string | null
  readonly default: string | number | boolean | readonly string[] | null
  readonly options?: readonly string[]
  readonly min?: number
  readonly max?: number
  readonly role: 'owner' | 'admin'
}
