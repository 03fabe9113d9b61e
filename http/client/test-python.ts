import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('python', import.meta.url))

/** Why the Python client cannot be run here; null when it can. */
export function pythonProblem(): string | null {
  const { error, stdout, status } = spawnSync('python3', [
    '-c',
    'import sys; print(sys.version_info >= (3, 9), sys.version)',
  ])
  if (error || status !== 0) return 'there is no python3'
  const text = stdout.toString()
  return text.startsWith('True') ? null : `python3 is older than 3.9: ${text.slice(6).trim()}`
}

/** What a program with the client on its path prints; one that fails throws with all it said. */
export function runPython(program: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', ['-X', 'dev', '-c', program], {
      env: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8', ...env },
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`Python ended with ${code}: ${output}`))
    })
  })
}
