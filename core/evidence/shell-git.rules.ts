import type { Call, Flow } from './shell-state.rules.ts'
import { NOTHING, TAINT } from './shell-state.rules.ts'
import type { Rule, Table } from './shell-table.rules.ts'
import { catastrophic, elevated, high, low, none, READ, WRITE } from './shell-table.rules.ts'

const GIT_VALUED =
  '-C -c --git-dir --work-tree --namespace -m --message -F --file --author --date -b -B --format --exec-path -s --source'

const PROTECTED =
  /^\+?(?:[^:]*:)?(?:refs\/heads\/)?(?:main|master|trunk|production|prod|release|develop|stable|staging|live)(?:[/-].*)?$/

const PUSH: readonly Rule[] = [
  none('git.push_dry', 'Only shows what it would push.', { sub: 'push', any: '-n --dry-run' }),
  catastrophic('git.push_force_protected', 'Rewrites a protected branch on the remote.', {
    sub: 'push',
    any: '-f --force --force-with-lease',
    arg: PROTECTED,
  }),
  catastrophic('git.push_plus_protected', 'Rewrites a protected branch on the remote.', {
    sub: 'push',
    arg: /^\+(?:[^:]*:)?(?:refs\/heads\/)?(?:main|master|trunk|production|prod|release|develop)/,
  }),
  catastrophic('git.push_mirror', 'Makes the remote an exact copy, deleting what is missing here.', {
    sub: 'push',
    any: '--mirror --prune',
  }),
  catastrophic('git.push_delete_protected', 'Deletes a protected branch on the remote.', {
    sub: 'push',
    any: '-d --delete',
    arg: PROTECTED,
  }),
  high('git.push_force', 'Rewrites history on the remote.', {
    sub: 'push',
    any: '-f --force --force-with-lease --force-if-includes',
  }),
  high('git.push_plus', 'Rewrites history on the remote.', { sub: 'push', arg: /^\+/ }),
  high('git.push_delete', 'Deletes a branch or tag on the remote.', { sub: 'push', any: '-d --delete' }),
  catastrophic('git.push_delete_protected', 'Deletes a protected branch on the remote.', {
    sub: 'push',
    arg: /^:(?:refs\/heads\/)?(?:main|master|production|prod|develop|release)$/,
  }),
  high('git.push_empty', 'Deletes a branch or tag on the remote.', { sub: 'push', arg: /^:[^/]/ }),
  high('git.push_delete_ref', 'Deletes a ref on the remote.', { sub: 'push', arg: /^:refs\// }),
  elevated('git.push_unchecked', 'Pushes without the hooks.', { sub: 'push', any: '--no-verify' }),
  elevated('git.push_protected', 'Publishes commits to a shared branch.', { sub: 'push', arg: PROTECTED }, 'deploy'),
  low('git.push', 'Publishes commits.', { sub: 'push' }),
]

const LOCAL: readonly Rule[] = [
  high('git.reset_hard', 'Discards uncommitted work.', { sub: 'reset', any: '--hard --merge' }),
  none('git.clean_dry', 'Only shows what it would delete.', { sub: 'clean', any: '-n --dry-run' }),
  high('git.clean', 'Deletes files that are not tracked.', { sub: 'clean', any: '-f --force -x -X' }),
  high('git.checkout_all', 'Discards uncommitted work.', { sub: 'checkout', arg: /^(?:\.|\*|:\/|\.\/)$/ }),
  high('git.checkout_force', 'Discards uncommitted work.', {
    sub: 'checkout|switch',
    any: '-f --force --discard-changes',
  }),
  low('git.restore_staged', 'Unstages files.', { sub: 'restore', any: '--staged -S', none: '--worktree -W' }),
  high('git.restore_all', 'Discards uncommitted work.', { sub: 'restore', arg: /^(?:\.|\*|:\/)$/ }),
  elevated('git.restore', 'Discards changes of files.', { sub: 'restore' }),
  high('git.stash_drop', 'Deletes stashed work.', { sub: 'stash drop|clear' }),
  none('git.stash_list', 'Only reads.', { sub: 'stash list|show' }),
  high('git.branch_force_delete', 'Deletes a branch that may not be merged.', { sub: 'branch', any: '-D' }),
  high('git.branch_force_delete', 'Deletes a branch that may not be merged.', {
    sub: 'branch',
    all: '--delete --force',
  }),
  low('git.branch_delete', 'Deletes a merged branch.', { sub: 'branch', any: '-d --delete -m -M' }),
  high('git.filter', 'Rewrites the whole history.', { sub: 'filter-branch|filter-repo' }),
  high('git.reflog', 'Deletes the way back to lost commits.', { sub: 'reflog expire|delete' }),
  high('git.gc_prune', 'Deletes unreachable commits at once.', { sub: 'gc', text: /--prune=(?:now|all)/ }),
  high('git.prune_now', 'Deletes unreachable commits at once.', { sub: 'prune', none: '-n --dry-run' }),
  high('git.ref_delete', 'Deletes a ref.', { sub: 'update-ref', any: '-d' }),
  high('git.worktree_force', 'Deletes a working tree with its changes.', { sub: 'worktree remove', any: '-f --force' }),
  elevated('git.tag_delete', 'Deletes a tag.', { sub: 'tag', any: '-d --delete -f' }),
  high('git.submodule_deinit', 'Discards work in submodules.', { sub: 'submodule deinit', any: '-f --force --all' }),
  high('git.rm_recursive', 'Deletes tracked folders.', {
    sub: 'rm',
    all: '-r',
    none: '--cached',
    arg: /^(?:\.|\*|\/|src|lib|app)\/?$/,
  }),
  high('git.rebase_root', 'Rewrites the whole history.', { sub: 'rebase', any: '--root' }),
  elevated('git.rebase', 'Rewrites local history.', { sub: 'rebase', none: '--abort --continue --skip' }),
  elevated('git.commit_unchecked', 'Commits without the hooks.', { sub: 'commit', any: '--no-verify -n' }),
  high('git.hooks_off', 'Switches the hooks of the repository off or elsewhere.', {
    sub: 'config',
    text: /core\.hooksPath/i,
    none: '--get --unset --list -l',
  }),
  high('git.helper', 'Runs a foreign program with your credentials.', {
    sub: 'config',
    text: /credential\.helper\s+['"]?!|core\.(?:sshCommand|fsmonitor|pager|editor|gitProxy)\s+\S*(?:curl|wget|nc |bash|sh )/,
  }),
  elevated('git.tls_off', 'Switches certificate checks off.', {
    sub: 'config',
    text: /sslVerify\s+(?:false|0)|http\.proxy/i,
  }),
  none('git.config_read', 'Only reads.', {
    sub: 'config',
    any: '--get --list -l --get-all --get-regexp --show-origin',
  }),
  elevated('git.config_global', "Changes the user's git settings.", { sub: 'config', any: '--global --system' }),
  elevated('git.remote_change', 'Points the repository somewhere else.', { sub: 'remote set-url|remove|rm' }),
  none('git.remote_read', 'Only reads.', { sub: 'remote' }),
  low('git.remote_add', 'Adds a remote.', { sub: 'remote add' }),
]

const READERS: Rule = none('git.read', 'Only reads.', {
  sub: 'status|log|diff|show|blame|ls-files|ls-tree|ls-remote|rev-parse|rev-list|describe|shortlog|grep|cat-file|reflog|bisect|help|version|name-rev|merge-base|for-each-ref|show-ref|check-ignore|count-objects|fsck|var|whatchanged|cherry|symbolic-ref|archive|branch|diff-tree|diff-index|annotate|range-diff|verify-commit',
})

/** Settings given by `-c` and `git config` whose value git hands to a shell. */
const SHELL_SETTING =
  /^(?:alias\.[\w-]+=!|alias\.[\w-]+ ?!|(?:core\.(?:pager|editor|sshCommand|fsmonitor|askPass|gitProxy)|diff\.external|sequence\.editor|pager\.\w+|credential\.helper|filter\.[\w-]+\.(?:clean|smudge|process)|merge\.[\w-]+\.driver|gpg\.program)(?:=| )!?)(.+)$/is

function runSettings(call: Call): void {
  const words = call.args.map((arg) => arg.text)
  words.forEach((word, i) => {
    const value =
      words[i - 1] === '-c'
        ? word
        : /^(?:alias|core|diff|sequence|pager|credential|filter|merge|gpg)\./.test(word) && words.includes('config')
          ? `${word} ${words[i + 1] ?? ''}`
          : null
    const match = value === null ? null : (/^alias\.[\w-]+[= ]!(.+)$/is.exec(value) ?? SHELL_SETTING.exec(value))
    if (match?.[1] !== undefined) call.state.run(match[1], null)
    if (word.startsWith('ext::')) call.state.run(word.slice(5), null)
    const upload = /^--(?:upload-pack|receive-pack|exec)=(.+)$/s.exec(word)
    if (upload?.[1] !== undefined) call.state.run(upload[1], null)
  })
}

function git(call: Call): Flow {
  runSettings(call)
  const words = call.args.map((arg) => arg.text)
  if (words.includes('rev-parse') && words.includes('--show-toplevel')) return { text: '.', taint: 0 }
  return /^(?:rev-parse|describe|branch|log|config)$/.test(words[0] ?? '')
    ? { text: null, taint: 0 }
    : { ...NOTHING, taint: TAINT.listing }
}

export const GIT: Table = {
  git: { valued: GIT_VALUED, base: WRITE, rules: [...PUSH, ...LOCAL, READERS], run: git },
  'git-filter-repo': { base: high('git.filter', 'Rewrites the whole history.', {}).hit },
  bfg: { base: high('git.filter', 'Rewrites the whole history.', {}).hit },
  svn: {
    base: WRITE,
    rules: [
      none('svn.read', 'Only reads.', { sub: 'status|log|diff|info|list|cat' }),
      high('svn.delete', 'Deletes from the repository.', { sub: 'delete|rm|revert', text: /https?:|-R/ }),
    ],
  },
  hg: {
    base: WRITE,
    rules: [
      high('hg.strip', 'Rewrites history.', { sub: 'strip|purge|rollback' }),
      high('hg.clean', 'Discards uncommitted work.', { sub: 'update|revert', any: '-C --clean --all' }),
    ],
  },
  gh: {
    valued: '-R --repo -H --header -f -F --field -X --method -q --jq -t --title -b --body -B --base',
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
  },
  glab: {
    base: READ,
    rules: [
      catastrophic('glab.repo_delete', 'Deletes a repository.', { sub: 'repo|project delete' }),
      elevated('glab.merge', 'Merges into a shared branch.', { sub: 'mr merge' }, 'deploy'),
      low('glab.write', 'Changes issues or merge requests.', { sub: '* create|update|close' }),
    ],
  },
}
