import { runProgram } from './run-program.ts'
import { addScan } from './scan.ts'

await runProgram(addScan)
