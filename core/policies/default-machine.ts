import { shell, sql, tests, write, type PackPolicy } from './pack.ts'

/** Against losing the machine, the project, its data, or the governance itself. */
export const machinePolicies: readonly PackPolicy[] = [
  {
    name: 'Catastrophic acts are blocked',
    policy_type: 'condition',
    rules: {
      when: 'evidence.danger == "catastrophic"',
      action: 'block',
      ungrantable: true,
      message: 'The act would cause loss that cannot be undone, or hand over control.',
      tests: tests({
        'wiping the system root': ['block', shell('sudo rm -rf / --no-preserve-root')],
        'wiping the home folder': ['block', shell('rm -rf ~')],
        'overwriting a disk': ['block', shell('dd if=/dev/zero of=/dev/sda bs=1M')],
        'clearing build output is everyday work': ['allow', shell('rm -rf node_modules dist')],
        'quoting a command is not running it': ['allow', shell('echo "rm -rf /"')],
      }),
    },
  },
  {
    name: 'Destructive acts need an approval',
    policy_type: 'condition',
    rules: {
      when: 'evidence.danger == "high"',
      action: 'require_approval',
      message: 'The act destroys work or touches security; a person should look first.',
      tests: tests({
        'deleting a source folder': ['require_approval', shell('rm -rf src')],
        'throwing away uncommitted work': ['require_approval', shell('git reset --hard HEAD~3 && git clean -fdx')],
        'reading history is everyday work': ['allow', shell('git log --date=format:%d -5')],
        'running tests is everyday work': ['allow', shell('npm test')],
      }),
    },
  },
  {
    name: 'The governance itself is out of reach',
    policy_type: 'protected_path',
    rules: {
      paths: [
        '.claude/settings.json',
        '.claude/settings.local.json',
        '.claude/hooks/',
        'managed-settings.json',
        '.codex/config.toml',
        '.codex/hooks.json',
        '.codex/hooks/',
        '.cursor/hooks.json',
        '.writ/',
        '.writ.json',
        '/etc/claude-code/',
        '/etc/codex/',
        '/etc/writ/',
      ],
      writes_only: true,
      action: 'block',
      ungrantable: true,
      message: 'This file decides what the agent may do; only a person may change it.',
      tests: tests({
        'rewriting the hook settings': ['block', write('.claude/settings.json', '{"hooks":{}}')],
        'a detour through the parent folder': ['block', write('src/../.claude/settings.local.json')],
        'declared as a written path': ['block', { action_type: 'apply', write_paths: ['/home/me/.writ/config.json'] }],
        'reading it is allowed': ['allow', { action_type: 'review', target: '.claude/settings.json' }],
        'writing a skill is everyday work': ['allow', write('.claude/skills/review/SKILL.md')],
      }),
    },
  },
  {
    name: 'Switching the governance off is blocked',
    policy_type: 'condition',
    rules: {
      when: 'evidence.codes.exists(c, c.endsWith("governance_off") || c.endsWith("remove_control_plane"))',
      action: 'block',
      ungrantable: true,
      message: 'The act would switch off what watches the agent.',
      tests: tests({
        'removing the hooks': ['block', shell('rm -rf ~/.claude/hooks')],
        'listing them is allowed': ['allow', shell('ls ~/.claude/hooks')],
      }),
    },
  },
  {
    name: 'Files with secrets need an approval to be written',
    policy_type: 'protected_path',
    rules: {
      paths: [
        '.env',
        '.env.prod',
        '.env.production',
        '*.pem',
        '*.key',
        'id_rsa',
        'id_ed25519',
        '.ssh/authorized_keys',
        '.aws/credentials',
        '~/.npmrc',
        '.git-credentials',
      ],
      writes_only: true,
      action: 'require_approval',
      message: 'This file holds secrets or opens a door.',
      tests: tests({
        'changing the environment file': ['require_approval', write('.env', 'A=1')],
        'adding an ssh key': ['require_approval', { action_type: 'apply', write_paths: ['~/.ssh/authorized_keys'] }],
        'the example is meant to be shared': ['allow', write('.env.example', 'A=')],
        'a local copy of settings': ['allow', write('.env.test', 'PORT=3000')],
        'a file that only ends alike': ['allow', write('docs/my.environment', 'A=')],
      }),
    },
  },
  {
    name: 'Dropping tables and databases needs an approval',
    policy_type: 'condition',
    rules: {
      when: `evidence.danger in ["high", "catastrophic"]
  && evidence.codes.exists(c, c.matches("^sql\\\\.(drop_(table|database|column|cascade)|truncate|store_emptied)"))`,
      action: 'require_approval',
      message: 'The statement throws away tables or all of their rows.',
      tests: tests({
        'dropping a table': ['require_approval', sql('DROP TABLE customers')],
        'hidden behind a select': ['require_approval', sql('select 1; truncate table orders')],
        'from the shell': ['require_approval', shell('psql shop -c "drop table customers"')],
        'dropping an index is everyday work': ['allow', sql('DROP INDEX IF EXISTS idx_old')],
        'reading is everyday work': ['allow', sql("select * from logs where text = 'drop table x'")],
        'searching for the words is everyday work': ['allow', shell('grep -r "drop table" migrations')],
      }),
    },
  },
]
