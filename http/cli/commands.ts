import type { Command } from 'commander'
import { addAccounts } from './accounts.ts'
import { addActions } from './actions.ts'
import { addAgents } from './agents.ts'
import { addApprovals } from './approvals.ts'
import { addCall } from './call.ts'
import { addDemo } from './demo.ts'
import { addDoctor } from './doctor.ts'
import { addGuard } from './guard.ts'
import { addHalt } from './halt.ts'
import { addInstall } from './install.ts'
import { addKeys } from './keys.ts'
import { addLedger } from './ledger.ts'
import { addLogin } from './login.ts'
import { addMcp } from './mcp.ts'
import { addMigrate } from './migrate.ts'
import { addPolicy } from './policy.ts'
import { addScan } from './scan.ts'
import { addSecrets } from './secrets.ts'
import { addServe } from './serve.ts'
import { addSkills } from './skills.ts'
import { addTools } from './tools.ts'
import { addVerify } from './verify.ts'
import { addWhere } from './where.ts'
import { addWitness } from './witness.ts'
import { addWrap } from './wrap.ts'

/** In the order in which `writ --help` lists them. */
export function addCommands(program: Command): void {
  addServe(program)
  addLogin(program)
  addInstall(program)
  addWitness(program)
  addMcp(program)
  addWrap(program)
  addDemo(program)
  addDoctor(program)
  addScan(program)
  addGuard(program)
  addApprovals(program)
  addActions(program)
  addPolicy(program)
  addKeys(program)
  addAccounts(program)
  addAgents(program)
  addTools(program)
  addHalt(program)
  addLedger(program)
  addVerify(program)
  addSkills(program)
  addMigrate(program)
  addSecrets(program)
  addCall(program)
  addWhere(program)
}
