#!/usr/bin/env node
// Runs the built program; in a checkout that was not built, its TypeScript source. Exit code and signals pass through.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
const isOld = major < 22 || (major === 22 && minor < 13)
// A checkout brings a Node of its own, for machines whose Node is older.
const own = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
if (isOld && !existsSync(own)) {
  process.stderr.write(`writ: needs Node 22.13 or newer; this is ${process.versions.node}.\n`)
  process.exit(1)
}
const built = new URL('../../dist/http/cli/main.js', import.meta.url)
// `writ scan` is a bundle of its own: it is to be done before the other commands were even loaded.
const scan = new URL('../../dist/scan/scan-main.js', import.meta.url)
if (!isOld && process.argv[2] === 'scan' && existsSync(scan)) {
  // In a folder of this user: what others can write to is not run.
  enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'writ'))
  await import(scan.href)
} else if (!isOld && existsSync(built)) {
  await import(built.href)
} else {
  const source = fileURLToPath(new URL('main.ts', import.meta.url))
  // V8 takes memory while there is some; a server of this size is no slower with less.
  const heap = ['--max-old-space-size=512', '--max-semi-space-size=16']
  const flags = ['--conditions=writ-source', '--disable-warning=ExperimentalWarning', ...heap]
  const child = spawn(isOld ? own : process.execPath, [...flags, source, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`writ: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const one of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.removeAllListeners(one)
    process.kill(process.pid, signal)
  })
}
