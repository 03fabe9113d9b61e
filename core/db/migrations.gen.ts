// Written by `npm run gen`; not edited by hand.
import type { Kysely } from 'kysely'
import { up as up0001 } from './migrations/0001_foundation.ts'
import { up as up0002 } from './migrations/0002_ledger.ts'
import { up as up0003 } from './migrations/0003_policies.ts'
import { up as up0004 } from './migrations/0004_guard.ts'
import { up as up0005 } from './migrations/0005_observations.ts'
import { up as up0006 } from './migrations/0006_actions.ts'
import { up as up0007 } from './migrations/0007_people.ts'
import { up as up0008 } from './migrations/0008_oauth.ts'
import { up as up0009 } from './migrations/0009_identities.ts'
import { up as up0010 } from './migrations/0010_agents.ts'
import { up as up0011 } from './migrations/0011_settings.ts'
import { up as up0012 } from './migrations/0012_tool_pins.ts'
import { up as up0013 } from './migrations/0013_hosts.ts'
import { up as up0014 } from './migrations/0014_witness.ts'
import { up as up0017 } from './migrations/0017_agent_versions.ts'
import { up as up0018 } from './migrations/0018_telemetry.ts'
import { up as up0019 } from './migrations/0019_alerts.ts'
import { up as up0020 } from './migrations/0020_notifiers.ts'
import { up as up0021 } from './migrations/0021_roi_drift.ts'
import { up as up0023 } from './migrations/0023_tasks.ts'
import { up as up0024 } from './migrations/0024_webhooks.ts'
import { up as up0025 } from './migrations/0025_request_days.ts'
import { up as up0027 } from './migrations/0027_telemetry_otlp.ts'
import { up as up0028 } from './migrations/0028_event_errors.ts'
import { up as up0029 } from './migrations/0029_carried.ts'
import { up as up0030 } from './migrations/0030_fleet_upkeep.ts'
import { up as up0031 } from './migrations/0031_fleet_reads.ts'

export interface Migration {
  readonly id: string
  readonly up: (db: Kysely<unknown>) => Promise<void>
}

export const migrations: readonly Migration[] = [
  { id: '0001_foundation', up: up0001 },
  { id: '0002_ledger', up: up0002 },
  { id: '0003_policies', up: up0003 },
  { id: '0004_guard', up: up0004 },
  { id: '0005_observations', up: up0005 },
  { id: '0006_actions', up: up0006 },
  { id: '0007_people', up: up0007 },
  { id: '0008_oauth', up: up0008 },
  { id: '0009_identities', up: up0009 },
  { id: '0010_agents', up: up0010 },
  { id: '0011_settings', up: up0011 },
  { id: '0012_tool_pins', up: up0012 },
  { id: '0013_hosts', up: up0013 },
  { id: '0014_witness', up: up0014 },
  { id: '0017_agent_versions', up: up0017 },
  { id: '0018_telemetry', up: up0018 },
  { id: '0019_alerts', up: up0019 },
  { id: '0020_notifiers', up: up0020 },
  { id: '0021_roi_drift', up: up0021 },
  { id: '0023_tasks', up: up0023 },
  { id: '0024_webhooks', up: up0024 },
  { id: '0025_request_days', up: up0025 },
  { id: '0027_telemetry_otlp', up: up0027 },
  { id: '0028_event_errors', up: up0028 },
  { id: '0029_carried', up: up0029 },
  { id: '0030_fleet_upkeep', up: up0030 },
  { id: '0031_fleet_reads', up: up0031 },
]
