import { kindOf, output } from './shell-effects.rules.ts'
import type { Call, Flow } from './shell-state.rules.ts'
import { NOTHING, TAINT } from './shell-state.rules.ts'
import type { Rule, Table } from './shell-table.rules.ts'
import { catastrophic, elevated, high, low, none, WRITE } from './shell-table.rules.ts'

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
  elevated('git.push_lease', 'Rewrites a named branch of your own, unless somebody else has pushed.', {
    sub: 'push * *',
    any: '--force-with-lease',
    none: '-f --force --all --tags --mirror --delete -d',
    text: /^git push (?:-\S+ )*[\w./-]+ (?:-\S+ )*(?!HEAD\b|@)[\w./-]+(?: -\S+)*$/,
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
  elevated('git.restore', 'Discards changes of files.', { sub: 'checkout', text: / -- ./ }),
  high('git.stash_drop', 'Deletes stashed work.', { sub: 'stash drop|clear' }),
  none('git.stash_list', 'Only reads.', { sub: 'stash list|show' }),
  high('git.branch_force_delete', 'Deletes a branch that may not be merged.', { sub: 'branch', any: '-D' }),
  high('git.branch_force_delete', 'Deletes a branch that may not be merged.', {
    sub: 'branch',
    all: '--delete --force',
  }),
  low('git.branch_delete', 'Deletes a merged branch.', { sub: 'branch', any: '-d --delete -m -M' }),
  elevated('git.credential', 'Reads a stored password.', { sub: 'credential fill' }, 'security'),
  high('git.add_ignored', 'Records a file with secrets that is meant to be ignored.', {
    sub: 'add',
    any: '-f --force',
    arg: /(?:^|\/)(?:\.env(?!\.(?:example|sample|template))|id_(?:rsa|ed25519)|[^/]*\.pem$|\.npmrc|credentials)/,
  }),
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

/** `git checkout other -- .claude/settings.json` writes the file as surely as an editor does. */
function restoresControl(call: Call): void {
  if (!/^(?:checkout|restore)$/.test(call.args[0]?.text ?? '')) return
  for (const path of call.args.slice(1))
    if (kindOf(path.text, call.state) === 'control_plane') output.write({ path, append: false }, NOTHING, call.state)
}

function git(call: Call): Flow {
  runSettings(call)
  restoresControl(call)
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
}
