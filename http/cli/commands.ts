import type { Command } from 'commander'
import { addApprovals } from './approvals.ts'
import { addDemo } from './demo.ts'
import { addGuard } from './guard.ts'
import { addMcp } from './mcp.ts'
import { addServe } from './serve.ts'

/** In the order in which `writ --help` lists them. */
export function addCommands(program: Command): void {
  addServe(program)
  addMcp(program)
  addDemo(program)
  addGuard(program)
  addApprovals(program)
}
