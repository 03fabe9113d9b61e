/** A column whose bytes are encrypted under the instance's secret key. */
export interface EncryptedColumn {
  readonly table: string
  readonly column: string
  /** The primary key: it names the row, and the box is bound to it. */
  readonly key: readonly string[]
  readonly boundTo: (...key: string[]) => string
}

/**
 * Every column that holds an encrypted secret. Re-keying goes by this list, and a test compares it with the schema: a
 * column of bytes that is neither here nor known to be public fails it.
 */
export const encryptedColumns = {
  ledgerKey: {
    table: 'ledger_key',
    column: 'private_key_encrypted',
    key: ['org_id', 'kid'],
    boundTo: (orgId: string, kid: string) => `${orgId}/${kid}`,
  },
  webhookSecret: {
    table: 'webhook_secret',
    column: 'secret_encrypted',
    key: ['org_id'],
    boundTo: (orgId: string) => `webhook-secret/${orgId}`,
  },
  webhookEndpoint: {
    table: 'webhook_endpoint',
    column: 'secret_encrypted',
    key: ['org_id', 'webhook_id'],
    boundTo: (orgId: string, webhookId: string) => `webhook/${orgId}/${webhookId}`,
  },
  webhookEndpointPrevious: {
    table: 'webhook_endpoint',
    column: 'previous_secret_encrypted',
    key: ['org_id', 'webhook_id'],
    boundTo: (orgId: string, webhookId: string) => `webhook/${orgId}/${webhookId}/previous`,
  },
  orgSecret: {
    table: 'org_secret',
    column: 'value_encrypted',
    key: ['org_id', 'name'],
    boundTo: (orgId: string, name: string) => `org-secret/${orgId}/${name}`,
  },
  notifier: {
    table: 'notifier',
    column: 'secret_encrypted',
    key: ['org_id', 'notifier_id'],
    boundTo: (orgId: string, notifierId: string) => `notifier/${orgId}/${notifierId}`,
  },
  accountTotp: {
    table: 'account',
    column: 'totp_secret',
    key: ['id'],
    boundTo: (accountId: string) => `account/${accountId}/totp`,
  },
  oauthSigningKey: {
    table: 'oauth_signing_key',
    column: 'private_key_encrypted',
    key: ['kid'],
    boundTo: (kid: string) => `oauth/${kid}`,
  },
} as const satisfies Readonly<Record<string, EncryptedColumn>>
