import { gradeHttp } from './http.rules.ts'
import { sendFiles } from './shell-copy.rules.ts'
import { adopt } from './shell-effects.rules.ts'
import type { Call } from './shell-state.rules.ts'
import { known } from './shell-state.rules.ts'
import type { Table } from './shell-table.rules.ts'
import { catastrophic, elevated, high, low, none, parseArgs, READ } from './shell-table.rules.ts'

const GH_VALUED =
  '-R --repo -H --header -f -F --field --raw-field --input -X --method -q --jq -t --title -b --body -B --base'

/** `gh api …` is an HTTP request: judged as one. Fields make it a POST unless a method is given. */
function apiCall(call: Call, base: string): undefined {
  const { operands } = parseArgs(call.args, { valued: GH_VALUED })
  const path = operands[1]
  if (operands[0]?.text !== 'api' || path === undefined) return
  const words = call.args.map((arg) => known(arg.text))
  const fields = words.filter((_, i) => /^(?:-[fF]|--(?:raw-)?field)$/.test(words[i - 1] ?? ''))
  const method = words
    .map((word, i) => (/^(?:-X|--method)$/.test(words[i - 1] ?? '') ? word : /^(?:-X|--method=)(\w+)$/.exec(word)?.[1]))
    .find((word) => word !== undefined)
  const writes = fields.length > 0 || words.includes('--input')
  const url = /^https?:/i.test(path.text) ? path.text : `${base}/${known(path.text).replace(/^\/+/, '')}`
  const body = fields.map((field) => `"${field.replace('=', '":')}`).join(',')
  const request = { method: (method ?? (writes ? 'POST' : 'GET')).slice(0, 32), url: url.slice(0, 2048) }
  adopt(call.state, gradeHttp({ ...request, body_excerpt: body.slice(0, 4096) }), path.text)
}

function gh(call: Call): undefined {
  if (/^(?:gist|release)$/.test(call.args[0]?.text ?? '')) sendFiles(call)
  apiCall(call, 'https://api.github.com')
}

/** The command lines of code hosts. */
export const FORGES: Table = {
  gh: {
    valued: GH_VALUED,
    base: READ,
    rules: [
      catastrophic('gh.repo_delete', 'Deletes a repository.', { sub: 'repo delete|archive' }),
      high('gh.api_delete', 'Deletes through the API.', { sub: 'api', text: /(?:-X|--method)[= ]?DELETE/i }),
      elevated(
        'gh.api_write',
        'Changes something through the API.',
        { sub: 'api', text: /(?:-X|--method)[= ]?(?:POST|PUT|PATCH)| -[fF] /i },
        'api',
      ),
      high('gh.repo_public', 'Makes a repository public or changes who may use it.', {
        sub: 'repo edit',
        text: /--visibility[= ]public/,
      }),
      high('gh.release_delete', 'Deletes a release.', { sub: 'release delete' }),
      high('gh.secret', 'Changes or deletes deployment secrets.', { sub: 'secret|variable delete|remove' }),
      elevated('gh.secret_set', 'Changes deployment secrets.', { sub: 'secret|variable set' }),
      high('gh.merge_admin', 'Merges past the branch protection.', { sub: 'pr merge', any: '--admin' }),
      elevated('gh.merge', 'Merges into a shared branch.', { sub: 'pr merge' }, 'deploy'),
      high('gh.delete', 'Deletes what cannot be brought back.', { sub: 'issue|codespace|cs|gist|project delete' }),
      high('gh.key', 'Changes access keys.', { sub: 'ssh-key|gpg-key add|delete' }),
      high('gh.deploy_key', 'Changes access keys.', { sub: 'repo deploy-key' }),
      elevated(
        'gh.workflow',
        'Runs or changes a pipeline.',
        { sub: 'workflow|run run|enable|disable|rerun|cancel|delete' },
        'deploy',
      ),
      high('gh.token', 'Prints the access token.', { sub: 'auth token' }),
      none('gh.read_api', 'Only reads.', { sub: 'api|search|status|browse' }),
      none('gh.read', 'Only reads.', {
        sub: 'pr|issue|run|repo|release|workflow|auth|gist|label|secret|variable|project|ruleset|cache list|view|diff|checks|status|watch|download|clone',
      }),
      low('gh.write', 'Changes issues, pull requests or releases.', { sub: '*' }),
    ],
    run: gh,
  },
  glab: {
    base: READ,
    rules: [
      catastrophic('glab.repo_delete', 'Deletes a repository.', { sub: 'repo|project delete' }),
      elevated('glab.merge', 'Merges into a shared branch.', { sub: 'mr merge' }, 'deploy'),
      low('glab.write', 'Changes issues or merge requests.', { sub: '* create|update|close' }),
    ],
    run: (call) => apiCall(call, 'https://gitlab.com/api/v4'),
  },
}
