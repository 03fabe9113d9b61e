// Written by `npm run gen`; not edited by hand.
import type { Operation } from './kernel/operation.ts'
import { confirmTotp as accountsConfirmTotp } from './accounts/confirm-totp.op.ts'
import { createResetLink as accountsCreateResetLink } from './accounts/create-reset-link.op.ts'
import { get as accountsGet } from './accounts/get.op.ts'
import { listSessions as accountsListSessions } from './accounts/list-sessions.op.ts'
import { removeTotp as accountsRemoveTotp } from './accounts/remove-totp.op.ts'
import { revokeSession as accountsRevokeSession } from './accounts/revoke-session.op.ts'
import { startTotp as accountsStartTotp } from './accounts/start-totp.op.ts'
import { update as accountsUpdate } from './accounts/update.op.ts'
import { cancel as actionsCancel } from './actions/cancel.op.ts'
import { create as actionsCreate } from './actions/create.op.ts'
import { getGraph as actionsGetGraph } from './actions/get-graph.op.ts'
import { getOutcome as actionsGetOutcome } from './actions/get-outcome.op.ts'
import { getStats as actionsGetStats } from './actions/get-stats.op.ts'
import { get as actionsGet } from './actions/get.op.ts'
import { listCosts as actionsListCosts } from './actions/list-costs.op.ts'
import { list as actionsList } from './actions/list.op.ts'
import { remove as actionsRemove } from './actions/remove.op.ts'
import { reportOutcome as actionsReportOutcome } from './actions/report-outcome.op.ts'
import { update as actionsUpdate } from './actions/update.op.ts'
import { list as activityList } from './activity/list.op.ts'
import { choose as agentVersionsChoose } from './agent-versions/choose.op.ts'
import { compare as agentVersionsCompare } from './agent-versions/compare.op.ts'
import { create as agentVersionsCreate } from './agent-versions/create.op.ts'
import { fork as agentVersionsFork } from './agent-versions/fork.op.ts'
import { getLineage as agentVersionsGetLineage } from './agent-versions/get-lineage.op.ts'
import { getTraffic as agentVersionsGetTraffic } from './agent-versions/get-traffic.op.ts'
import { get as agentVersionsGet } from './agent-versions/get.op.ts'
import { list as agentVersionsList } from './agent-versions/list.op.ts'
import { register as agentVersionsRegister } from './agent-versions/register.op.ts'
import { rollback as agentVersionsRollback } from './agent-versions/rollback.op.ts'
import { setTags as agentVersionsSetTags } from './agent-versions/set-tags.op.ts'
import { setTraffic as agentVersionsSetTraffic } from './agent-versions/set-traffic.op.ts'
import { count as agentsCount } from './agents/count.op.ts'
import { create as agentsCreate } from './agents/create.op.ts'
import { getProfile as agentsGetProfile } from './agents/get-profile.op.ts'
import { get as agentsGet } from './agents/get.op.ts'
import { heartbeat as agentsHeartbeat } from './agents/heartbeat.op.ts'
import { listConnections as agentsListConnections } from './agents/list-connections.op.ts'
import { list as agentsList } from './agents/list.op.ts'
import { pause as agentsPause } from './agents/pause.op.ts'
import { reportConnections as agentsReportConnections } from './agents/report-connections.op.ts'
import { resume as agentsResume } from './agents/resume.op.ts'
import { acknowledge as alertsAcknowledge } from './alerts/acknowledge.op.ts'
import { get as alertsGet } from './alerts/get.op.ts'
import { list as alertsList } from './alerts/list.op.ts'
import { mute as alertsMute } from './alerts/mute.op.ts'
import { decide as approvalsDecide } from './approvals/decide.op.ts'
import { list as approvalsList } from './approvals/list.op.ts'
import { wait as approvalsWait } from './approvals/wait.op.ts'
import { create as assumptionsCreate } from './assumptions/create.op.ts'
import { get as assumptionsGet } from './assumptions/get.op.ts'
import { list as assumptionsList } from './assumptions/list.op.ts'
import { update as assumptionsUpdate } from './assumptions/update.op.ts'
import { check as doctorCheck } from './doctor/check.op.ts'
import { fix as doctorFix } from './doctor/fix.op.ts'
import { get as driftGet } from './drift/get.op.ts'
import { pinBaseline as driftPinBaseline } from './drift/pin-baseline.op.ts'
import { get as fleetGet } from './fleet/get.op.ts'
import { list as fleetList } from './fleet/list.op.ts'
import { listOwn as grantsListOwn } from './grants/list-own.op.ts'
import { list as grantsList } from './grants/list.op.ts'
import { revokeOwn as grantsRevokeOwn } from './grants/revoke-own.op.ts'
import { revoke as grantsRevoke } from './grants/revoke.op.ts'
import { rotateKey as grantsRotateKey } from './grants/rotate-key.op.ts'
import { evaluate as guardEvaluate } from './guard/evaluate.op.ts'
import { getDecision as guardGetDecision } from './guard/get-decision.op.ts'
import { listDecisions as guardListDecisions } from './guard/list-decisions.op.ts'
import { get as haltGet } from './halt/get.op.ts'
import { start as haltStart } from './halt/start.op.ts'
import { stop as haltStop } from './halt/stop.op.ts'
import { ask as hostsAsk } from './hosts/ask.op.ts'
import { deliver as hostsDeliver } from './hosts/deliver.op.ts'
import { endTurn as hostsEndTurn } from './hosts/end-turn.op.ts'
import { join as hostsJoin } from './hosts/join.op.ts'
import { list as hostsList } from './hosts/list.op.ts'
import { record as hostsRecord } from './hosts/record.op.ts'
import { report as hostsReport } from './hosts/report.op.ts'
import { startSession as hostsStartSession } from './hosts/start-session.op.ts'
import { create as identitiesCreate } from './identities/create.op.ts'
import { list as identitiesList } from './identities/list.op.ts'
import { remove as identitiesRemove } from './identities/remove.op.ts'
import { create as keysCreate } from './keys/create.op.ts'
import { list as keysList } from './keys/list.op.ts'
import { revoke as keysRevoke } from './keys/revoke.op.ts'
import { rotate as keysRotate } from './keys/rotate.op.ts'
import { export as ledgerExport } from './ledger/export.op.ts'
import { getCheckpoint as ledgerGetCheckpoint } from './ledger/get-checkpoint.op.ts'
import { getConsistency as ledgerGetConsistency } from './ledger/get-consistency.op.ts'
import { getEntryProof as ledgerGetEntryProof } from './ledger/get-entry-proof.op.ts'
import { getJwks as ledgerGetJwks } from './ledger/get-jwks.op.ts'
import { listCheckpoints as ledgerListCheckpoints } from './ledger/list-checkpoints.op.ts'
import { listEntries as ledgerListEntries } from './ledger/list-entries.op.ts'
import { rotateKey as ledgerRotateKey } from './ledger/rotate-key.op.ts'
import { close as loopsClose } from './loops/close.op.ts'
import { create as loopsCreate } from './loops/create.op.ts'
import { get as loopsGet } from './loops/get.op.ts'
import { list as loopsList } from './loops/list.op.ts'
import { invite as membersInvite } from './members/invite.op.ts'
import { listInvitations as membersListInvitations } from './members/list-invitations.op.ts'
import { list as membersList } from './members/list.op.ts'
import { remove as membersRemove } from './members/remove.op.ts'
import { revokeInvitation as membersRevokeInvitation } from './members/revoke-invitation.op.ts'
import { update as membersUpdate } from './members/update.op.ts'
import { createLink as notifiersCreateLink } from './notifiers/create-link.op.ts'
import { create as notifiersCreate } from './notifiers/create.op.ts'
import { listDeliveries as notifiersListDeliveries } from './notifiers/list-deliveries.op.ts'
import { listLinks as notifiersListLinks } from './notifiers/list-links.op.ts'
import { list as notifiersList } from './notifiers/list.op.ts'
import { removeLink as notifiersRemoveLink } from './notifiers/remove-link.op.ts'
import { remove as notifiersRemove } from './notifiers/remove.op.ts'
import { test as notifiersTest } from './notifiers/test.op.ts'
import { update as notifiersUpdate } from './notifiers/update.op.ts'
import { getWebhookSecret as observationsGetWebhookSecret } from './observations/get-webhook-secret.op.ts'
import { create as orgsCreate } from './orgs/create.op.ts'
import { list as orgsList } from './orgs/list.op.ts'
import { approve as pairingsApprove } from './pairings/approve.op.ts'
import { create as pairingsCreate } from './pairings/create.op.ts'
import { get as pairingsGet } from './pairings/get.op.ts'
import { list as pairingsList } from './pairings/list.op.ts'
import { activate as policiesActivate } from './policies/activate.op.ts'
import { create as policiesCreate } from './policies/create.op.ts'
import { get as policiesGet } from './policies/get.op.ts'
import { listRevisions as policiesListRevisions } from './policies/list-revisions.op.ts'
import { list as policiesList } from './policies/list.op.ts'
import { remove as policiesRemove } from './policies/remove.op.ts'
import { replay as policiesReplay } from './policies/replay.op.ts'
import { simulate as policiesSimulate } from './policies/simulate.op.ts'
import { test as policiesTest } from './policies/test.op.ts'
import { update as policiesUpdate } from './policies/update.op.ts'
import { getStats as roiGetStats } from './roi/get-stats.op.ts'
import { listValues as roiListValues } from './roi/list-values.op.ts'
import { removeValue as roiRemoveValue } from './roi/remove-value.op.ts'
import { setValue as roiSetValue } from './roi/set-value.op.ts'
import { get as settingsGet } from './settings/get.op.ts'
import { update as settingsUpdate } from './settings/update.op.ts'
import { scan as skillsScan } from './skills/scan.op.ts'
import { health as systemHealth } from './system/health.op.ts'
import { ready as systemReady } from './system/ready.op.ts'
import { claim as tasksClaim } from './tasks/claim.op.ts'
import { complete as tasksComplete } from './tasks/complete.op.ts'
import { create as tasksCreate } from './tasks/create.op.ts'
import { extend as tasksExtend } from './tasks/extend.op.ts'
import { fail as tasksFail } from './tasks/fail.op.ts'
import { get as tasksGet } from './tasks/get.op.ts'
import { list as tasksList } from './tasks/list.op.ts'
import { update as tasksUpdate } from './tasks/update.op.ts'
import { collect as telemetryCollect } from './telemetry/collect.op.ts'
import { listCosts as telemetryListCosts } from './telemetry/list-costs.op.ts'
import { approve as toolPinsApprove } from './tool-pins/approve.op.ts'
import { check as toolPinsCheck } from './tool-pins/check.op.ts'
import { list as toolPinsList } from './tool-pins/list.op.ts'
import { remove as toolPinsRemove } from './tool-pins/remove.op.ts'
import { create as webhooksCreate } from './webhooks/create.op.ts'
import { getDelivery as webhooksGetDelivery } from './webhooks/get-delivery.op.ts'
import { get as webhooksGet } from './webhooks/get.op.ts'
import { listDeliveries as webhooksListDeliveries } from './webhooks/list-deliveries.op.ts'
import { list as webhooksList } from './webhooks/list.op.ts'
import { remove as webhooksRemove } from './webhooks/remove.op.ts'
import { replay as webhooksReplay } from './webhooks/replay.op.ts'
import { rotateSecret as webhooksRotateSecret } from './webhooks/rotate-secret.op.ts'
import { update as webhooksUpdate } from './webhooks/update.op.ts'

export const registry = {
  accountsConfirmTotp,
  accountsCreateResetLink,
  accountsGet,
  accountsListSessions,
  accountsRemoveTotp,
  accountsRevokeSession,
  accountsStartTotp,
  accountsUpdate,
  actionsCancel,
  actionsCreate,
  actionsGetGraph,
  actionsGetOutcome,
  actionsGetStats,
  actionsGet,
  actionsListCosts,
  actionsList,
  actionsRemove,
  actionsReportOutcome,
  actionsUpdate,
  activityList,
  agentVersionsChoose,
  agentVersionsCompare,
  agentVersionsCreate,
  agentVersionsFork,
  agentVersionsGetLineage,
  agentVersionsGetTraffic,
  agentVersionsGet,
  agentVersionsList,
  agentVersionsRegister,
  agentVersionsRollback,
  agentVersionsSetTags,
  agentVersionsSetTraffic,
  agentsCount,
  agentsCreate,
  agentsGetProfile,
  agentsGet,
  agentsHeartbeat,
  agentsListConnections,
  agentsList,
  agentsPause,
  agentsReportConnections,
  agentsResume,
  alertsAcknowledge,
  alertsGet,
  alertsList,
  alertsMute,
  approvalsDecide,
  approvalsList,
  approvalsWait,
  assumptionsCreate,
  assumptionsGet,
  assumptionsList,
  assumptionsUpdate,
  doctorCheck,
  doctorFix,
  driftGet,
  driftPinBaseline,
  fleetGet,
  fleetList,
  grantsListOwn,
  grantsList,
  grantsRevokeOwn,
  grantsRevoke,
  grantsRotateKey,
  guardEvaluate,
  guardGetDecision,
  guardListDecisions,
  haltGet,
  haltStart,
  haltStop,
  hostsAsk,
  hostsDeliver,
  hostsEndTurn,
  hostsJoin,
  hostsList,
  hostsRecord,
  hostsReport,
  hostsStartSession,
  identitiesCreate,
  identitiesList,
  identitiesRemove,
  keysCreate,
  keysList,
  keysRevoke,
  keysRotate,
  ledgerExport,
  ledgerGetCheckpoint,
  ledgerGetConsistency,
  ledgerGetEntryProof,
  ledgerGetJwks,
  ledgerListCheckpoints,
  ledgerListEntries,
  ledgerRotateKey,
  loopsClose,
  loopsCreate,
  loopsGet,
  loopsList,
  membersInvite,
  membersListInvitations,
  membersList,
  membersRemove,
  membersRevokeInvitation,
  membersUpdate,
  notifiersCreateLink,
  notifiersCreate,
  notifiersListDeliveries,
  notifiersListLinks,
  notifiersList,
  notifiersRemoveLink,
  notifiersRemove,
  notifiersTest,
  notifiersUpdate,
  observationsGetWebhookSecret,
  orgsCreate,
  orgsList,
  pairingsApprove,
  pairingsCreate,
  pairingsGet,
  pairingsList,
  policiesActivate,
  policiesCreate,
  policiesGet,
  policiesListRevisions,
  policiesList,
  policiesRemove,
  policiesReplay,
  policiesSimulate,
  policiesTest,
  policiesUpdate,
  roiGetStats,
  roiListValues,
  roiRemoveValue,
  roiSetValue,
  settingsGet,
  settingsUpdate,
  skillsScan,
  systemHealth,
  systemReady,
  tasksClaim,
  tasksComplete,
  tasksCreate,
  tasksExtend,
  tasksFail,
  tasksGet,
  tasksList,
  tasksUpdate,
  telemetryCollect,
  telemetryListCosts,
  toolPinsApprove,
  toolPinsCheck,
  toolPinsList,
  toolPinsRemove,
  webhooksCreate,
  webhooksGetDelivery,
  webhooksGet,
  webhooksListDeliveries,
  webhooksList,
  webhooksRemove,
  webhooksReplay,
  webhooksRotateSecret,
  webhooksUpdate,
} as const

export const operations: readonly Operation[] = Object.values(registry) as unknown as readonly Operation[]
