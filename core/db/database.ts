import type {
  AccountLinkTable,
  AccountRecoveryCodeTable,
  AccountSessionTable,
  AccountTable,
  SignInAttemptTable,
  SsoIdentityTable,
} from '../accounts/tables.ts'
import type {
  ActionCostDayTable,
  ActionRecordTable,
  ActionRollupDayTable,
  ActionTotalDayTable,
} from '../actions/tables.ts'
import type { ActivityTable } from '../activity/tables.ts'
import type { AgentAlertTable, AlertMuteTable } from '../alerts/tables.ts'
import type { AgentConnectionTable, AgentPresenceTable, AgentTable } from '../agents/tables.ts'
import type { AgentTrafficTable, AgentVersionTable } from '../agent-versions/tables.ts'
import type { ApprovalTable } from '../approvals/tables.ts'
import type { AssumptionTable } from '../assumptions/tables.ts'
import type { DriftAlertTable, DriftBaselineTable } from '../drift/tables.ts'
import type { EventHeadTable, EventTable } from '../events/tables.ts'
import type {
  GuardDecisionTable,
  GuardIdempotencyTable,
  GuardRollupDayTable,
  GuardRollupHourTable,
  GuardSessionTable,
  GuardTotalDayTable,
} from '../guard/tables.ts'
import type { AgentIdentityTable, IdentityTokenUseTable } from '../identities/tables.ts'
import type { OauthGrantTable, OauthRecordTable, OauthSigningKeyTable } from '../grants/tables.ts'
import type { HostUsageTable, HostWitnessTable } from '../hosts/tables.ts'
import type { ApiKeyTable } from '../keys/tables.ts'
import type {
  LedgerCheckpointTable,
  LedgerEntryTable,
  LedgerHeadTable,
  LedgerKeyTable,
  LedgerTileTable,
} from '../ledger/tables.ts'
import type { RateUsageTable, RequestDayTable } from '../limits/tables.ts'
import type { OpenLoopTable } from '../loops/tables.ts'
import type { InvitationTable, MembershipTable } from '../members/tables.ts'
import type {
  BudgetReservationTable,
  BudgetUsageTable,
  RateCounterTable,
  WebhookDeliveryTable,
  WebhookSecretTable,
} from '../observations/tables.ts'
import type { NotificationTable, NotifierTable, TelegramLinkCodeTable, TelegramLinkTable } from '../notifiers/tables.ts'
import type { OrganizationTable } from '../orgs/tables.ts'
import type { AgentPairingTable } from '../pairings/tables.ts'
import type { GuardPolicyTable, PolicyRevisionTable, PolicySetTable } from '../policies/tables.ts'
import type { TaskValueTable } from '../roi/tables.ts'
import type { SpanExportTable } from '../span-exports/tables.ts'
import type { OrgSecretTable, OrgSettingTable } from '../settings/tables.ts'
import type {
  AgentEventTable,
  AgentMeasureDayTable,
  AgentStatTable,
  AgentTaskDayTable,
  ActionUsageDayTable,
  AgentUsageDayTable,
  OrgUsageDayTable,
  UsageSourceTable,
} from '../telemetry/tables.ts'
import type { TaskTable } from '../tasks/tables.ts'
import type { ToolPinTable } from '../tool-pins/tables.ts'
import type { WebhookEndpointTable, WebhookMessageTable } from '../webhooks/tables.ts'
import type { SchemaMigrationTable } from './tables.ts'

/** Every table of the schema: one line each, row types in the domain's `tables.ts`. */
export interface Database {
  schema_migration: SchemaMigrationTable
  organization: OrganizationTable
  api_key: ApiKeyTable
  account: AccountTable
  account_recovery_code: AccountRecoveryCodeTable
  account_session: AccountSessionTable
  account_link: AccountLinkTable
  sso_identity: SsoIdentityTable
  sign_in_attempt: SignInAttemptTable
  membership: MembershipTable
  invitation: InvitationTable
  activity: ActivityTable
  oauth_grant: OauthGrantTable
  oauth_record: OauthRecordTable
  oauth_signing_key: OauthSigningKeyTable
  agent: AgentTable
  agent_presence: AgentPresenceTable
  agent_version: AgentVersionTable
  agent_traffic: AgentTrafficTable
  agent_event: AgentEventTable
  agent_stat: AgentStatTable
  agent_usage_day: AgentUsageDayTable
  action_usage_day: ActionUsageDayTable
  agent_task_day: AgentTaskDayTable
  agent_measure_day: AgentMeasureDayTable
  task_value: TaskValueTable
  drift_baseline: DriftBaselineTable
  drift_alert: DriftAlertTable
  org_usage_day: OrgUsageDayTable
  agent_alert: AgentAlertTable
  alert_mute: AlertMuteTable
  notifier: NotifierTable
  notification: NotificationTable
  telegram_link: TelegramLinkTable
  telegram_link_code: TelegramLinkCodeTable
  usage_source: UsageSourceTable
  span_export: SpanExportTable
  agent_connection: AgentConnectionTable
  agent_identity: AgentIdentityTable
  agent_pairing: AgentPairingTable
  identity_token_use: IdentityTokenUseTable
  org_setting: OrgSettingTable
  org_secret: OrgSecretTable
  rate_usage: RateUsageTable
  request_day: RequestDayTable
  host_usage: HostUsageTable
  host_witness: HostWitnessTable
  event_head: EventHeadTable
  event: EventTable
  ledger_entry: LedgerEntryTable
  ledger_head: LedgerHeadTable
  ledger_tile: LedgerTileTable
  ledger_checkpoint: LedgerCheckpointTable
  ledger_key: LedgerKeyTable
  guard_decision: GuardDecisionTable
  guard_rollup_hour: GuardRollupHourTable
  guard_rollup_day: GuardRollupDayTable
  guard_total_day: GuardTotalDayTable
  guard_session: GuardSessionTable
  guard_idempotency: GuardIdempotencyTable
  action_record: ActionRecordTable
  action_rollup_day: ActionRollupDayTable
  action_cost_day: ActionCostDayTable
  action_total_day: ActionTotalDayTable
  approval: ApprovalTable
  assumption: AssumptionTable
  open_loop: OpenLoopTable
  guard_policy: GuardPolicyTable
  policy_revision: PolicyRevisionTable
  policy_set: PolicySetTable
  budget_usage: BudgetUsageTable
  budget_reservation: BudgetReservationTable
  rate_counter: RateCounterTable
  webhook_endpoint: WebhookEndpointTable
  webhook_message: WebhookMessageTable
  webhook_delivery: WebhookDeliveryTable
  webhook_secret: WebhookSecretTable
  task: TaskTable
  tool_pin: ToolPinTable
}
