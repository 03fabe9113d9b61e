import { startThreads } from './scan-threads.ts'

startThreads()
const [{ runProgram }, { addScan }] = await Promise.all([import('./run-program.ts'), import('./scan.ts')])
await runProgram(addScan)
