/** Tells each failed test when it fails, not at the end: a run that is cut short still says what was wrong. */
import type { Reporter, TestCase, TestModule } from 'vitest/node'

const out = (line: string): void => void process.stdout.write(`${line}\n`)

export default class Failures implements Reporter {
  #files = 0

  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result()
    if (state !== 'failed') return
    out(`FAILED ${test.module.relativeModuleId} > ${test.fullName}`)
    for (const { message } of errors) out(`  ${message.split('\n').slice(0, 12).join('\n  ')}`)
  }

  onTestModuleEnd(module: TestModule): void {
    this.#files += 1
    for (const { message } of module.errors()) out(`FAILED ${module.relativeModuleId}\n  ${message}`)
    if (this.#files % 50 === 0) out(`${this.#files} test files so far`)
  }
}
