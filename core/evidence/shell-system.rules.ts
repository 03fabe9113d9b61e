import { runParallel, runXargs } from './shell-batch.rules.ts'
import { assignWords, exportWords } from './shell-builtins.rules.ts'
import type { Call, Flow, Hit } from './shell-state.rules.ts'
import { known, quote, report, reportCall, TAINT } from './shell-state.rules.ts'
import type { Table } from './shell-table.rules.ts'
import { catastrophic, elevated, high, low, none, parseArgs, READ, same, TOUCHY } from './shell-table.rules.ts'

const KILL_ALL: Hit = {
  danger: 'high',
  code: 'process.kill_all',
  type: 'security',
  say: 'Ends every process it can reach.',
  flag: 'destructive',
}
const KILL_INIT: Hit = {
  danger: 'high',
  code: 'process.kill_init',
  type: 'security',
  say: 'Ends a process the system needs.',
  flag: 'destructive',
}
const GOVERNANCE: Hit = {
  danger: 'catastrophic',
  code: 'shell.governance_off',
  type: 'security',
  say: 'Stops or removes what governs the agent.',
  flag: 'control_plane',
}
const KILL: Hit = { danger: 'elevated', code: 'process.kill', type: 'security', say: 'Ends processes.' }

const NEEDED =
  /^(?:init|systemd\w*|sshd|dockerd|containerd|kubelet|postgres|mysqld|launchd|auditd|WindowServer|explorer|lsass|\.|\.\*|)$/i
const GUARDS = /\bwrit\b|falco|crowdstrike|osquery|auditd|falcon-sensor|clamd|defender|sentinelone/i

function kill(call: Call): void {
  const words = call.args.map((arg) => known(arg.text))
  if (words.includes('-1') && words.length > 1) return reportCall(call, KILL_ALL)
  if (words.some((word) => word === '1' || word === '0')) return reportCall(call, KILL_INIT)
  // `kill $(ps aux | awk …)` without a filter takes every process.
  if (call.args.some((arg) => /\b(?:pgrep|pidof|ps)\b/.test(arg.raw) && GUARDS.test(arg.raw)))
    return reportCall(call, GOVERNANCE)
  if (call.args.some((arg) => /\bps\b/.test(arg.raw) && !/grep|awk '\//.test(arg.raw)))
    return reportCall(call, KILL_ALL)
  if (!words.some((word) => /^-(?:l|L|0)$/.test(word))) reportCall(call, KILL)
}

function killByName(call: Call): void {
  const { flags, operands } = parseArgs(call.args, { valued: '-s --signal -t -g' })
  const names = operands.map((arg) => known(arg.text))
  if (names.some((name) => GUARDS.test(name))) return reportCall(call, GOVERNANCE)
  if (names.some((name) => NEEDED.test(name)) || flags.has('-u') || flags.has('-U')) return reportCall(call, KILL_ALL)
  reportCall(call, KILL)
}

function crontab(call: Call): void {
  if (call.stdin?.text == null) return
  for (const line of call.stdin.text.split('\n')) {
    const job = /^\s*(?:@\w+|(?:\S+\s+){4}\S+)\s+(.+)$/.exec(line)
    if (job?.[1] !== undefined) call.state.run(job[1], null)
  }
}

function later(call: Call): void {
  if (call.stdin?.text != null) call.state.run(call.stdin.text, null)
}

function trap(call: Call): void {
  const script = call.args[0]
  if (script !== undefined && script.text !== '-' && script.text !== '') call.state.run(script.text, null)
}

/** Text typed into, or given to, a terminal multiplexer. */
function terminal(call: Call): void {
  const from = call.args.findIndex((arg) => /\s|^(?:rm|curl|bash|sh|sudo)$/.test(arg.text))
  const words =
    from < 0
      ? []
      : call.args
          .slice(from)
          .map((arg) => arg.text)
          .filter((text) => !/^(?:Enter|C-m)$/.test(text))
  if (words.length > 0) call.state.run(words.length === 1 ? (words[0] ?? '') : words.map(quote).join(' '), null)
}

function guardService(call: Call): void {
  if (
    /\b(?:stop|disable|mask|kill|unload|remove|delete|bootout|off)\b/.test(
      call.args.map((arg) => arg.text).join(' '),
    ) &&
    call.args.some((arg) => GUARDS.test(arg.text))
  )
    report(call.state, GOVERNANCE, call.name)
}

/** `$(which rm)` is a long way to write `rm`. */
function lookUpName(call: Call): Flow {
  return { text: call.args.findLast((arg) => !arg.text.startsWith('-'))?.text ?? '', taint: 0 }
}

const run = (effect: (call: Call) => void) => (call: Call) => (effect(call), undefined)

/** Without words of their own these print every variable. */
const dumping =
  (effect: (call: Call) => void, lists: RegExp) =>
  (call: Call): Flow | undefined => {
    effect(call)
    return call.args.every((arg) => lists.test(arg.text)) ? { text: null, taint: TAINT.secret } : undefined
  }

const service = {
  valued: '-n --lines -p -H -M',
  base: TOUCHY,
  rules: [
    none('service.read', 'Only reads.', {
      sub: 'status|list-units|list-unit-files|is-active|is-enabled|is-failed|show|cat|list-timers|list-sockets|get-default|--failed|list|print|show-environment',
    }),
    catastrophic('service.halt', 'Shuts the machine down.', {
      sub: 'poweroff|halt|reboot|kexec|emergency|rescue|isolate',
    }),
    high('service.stop_needed', 'Stops a service the machine needs.', {
      text: /^service (?:ssh|sshd|network\w*|auditd|postgres\w*|mysql\w*|mariadb|docker|rsyslog|cron|nginx|redis\w*|mongod) stop/,
    }),
    high('service.stop_needed', 'Stops a service the machine needs.', {
      sub: 'stop|disable|mask|kill',
      arg: /^(?:ssh|sshd|network\w*|firewalld|ufw|auditd|apparmor|fail2ban|postgres\w*|mysql\w*|mariadb|docker|containerd|kubelet|rsyslog|systemd-\w+|cron|crond|nginx|redis\w*|mongod)(?:\.service)?$/,
    }),
    high('service.plant', 'Makes a program start by itself.', { sub: 'enable|link|preset', arg: /\// }),
    elevated('service.change', 'Starts, stops or changes services.', {}, 'deploy'),
  ],
  run: run(guardService),
}

const HALT = catastrophic('system.halt', 'Shuts the machine down.', {}).hit

export const SYSTEM: Table = {
  ...same('shutdown halt poweroff reboot', {
    base: HALT,
    rules: [none('system.halt_cancel', 'Cancels a shutdown.', { any: '-c --help -k' })],
  }),
  ...same('init telinit', {
    base: READ,
    rules: [catastrophic('system.halt', 'Shuts the machine down.', { sub: '0|6|1|s|S' })],
  }),
  kill: { base: READ, run: run(kill) },
  ...same('pkill killall killall5 skill xkill fuser', {
    base: READ,
    rules: [
      catastrophic('process.kill_everything', 'Ends every process.', { text: /^killall5/ }),
      none('process.list', 'Lists processes.', { text: /^fuser (?!.*-[a-z]*k)/ }),
    ],
    run: run(killByName),
  }),
  ...same('systemctl service launchctl rc-service sc.exe', service),
  ...same('supervisorctl pm2 forever', {
    base: TOUCHY,
    rules: [
      none('service.read', 'Only reads.', { sub: 'status|list|ls|logs|show|describe|monit' }),
      high('service.all', 'Stops everything it runs.', {
        sub: 'kill|stop|delete|shutdown',
        text: /\b(?:all|kill|shutdown)\b/,
      }),
    ],
  }),
  crontab: {
    base: low('cron.write', 'Changes timed jobs.', {}).hit,
    valued: '-u',
    rules: [
      catastrophic('cron.wipe', 'Deletes all timed jobs.', { any: '-r' }),
      none('cron.list', 'Lists timed jobs.', { any: '-l' }),
      high('cron.install', 'Replaces the timed jobs.', { arg: /./ }),
      elevated('cron.change', 'Changes timed jobs.', {}),
    ],
    run: run(crontab),
  },
  ...same('at batch', { base: TOUCHY, run: run(later) }),
  trap: { base: READ, run: run(trap) },
  ...same('tmux screen zellij', {
    base: low('terminal.multiplex', 'Uses a terminal multiplexer.', {}, 'other').hit,
    run: run(terminal),
  }),
  xargs: { base: READ, run: runXargs },
  ...same('parallel rust-parallel rush', { base: READ, run: runParallel }),
  ...same('export declare typeset local readonly', { base: READ, run: dumping(exportWords, /^-[xp]+$/) }),
  set: { base: READ, run: dumping(assignWords, /^$/) },
  alias: {
    base: READ,
    run: run((call) => call.args.forEach((arg) => call.state.run(arg.text.replace(/^[^=]*=/, ''), null))),
  },
  history: {
    base: READ,
    rules: [catastrophic('shell.log_wipe', 'Empties logs or the shell history.', { any: '-c -w -d' })],
  },
  fc: { base: READ, rules: [catastrophic('shell.log_wipe', 'Empties logs or the shell history.', { any: '-p -W' })] },
  command: {
    base: READ,
    run: (call) =>
      call.args.some((arg) => /^-[vV]$/.test(arg.text))
        ? lookUpName(call)
        : call.state.exec(
            call.args.filter((arg, i) => i > 0 || arg.text !== '-p'),
            call.stdin,
          ),
  },
  which: { base: READ, run: lookUpName },
  printenv: { base: READ, run: (call) => ({ text: null, taint: call.args.length === 0 ? TAINT.secret : 0 }) },
  unset: {
    base: READ,
    rules: [
      catastrophic('shell.governance_off', 'Weakens the governance of the agent.', { arg: /^WRIT_/ }),
      high('shell.history_off', 'Stops the shell from recording its history.', {
        arg: /^(?:HISTFILE|PROMPT_COMMAND)$/,
      }),
    ],
  },
  journalctl: { base: READ, rules: [high('system.log_vacuum', 'Deletes system logs.', { text: /--vacuum|--rotate/ })] },
  dmesg: { base: READ, rules: [high('system.log_clear', 'Clears kernel messages.', { any: '-C -c --clear' })] },
  ...same('auditctl', {
    base: TOUCHY,
    rules: [
      catastrophic('system.audit_off', 'Switches auditing off.', { any: '-D' }),
      catastrophic('system.audit_off', 'Switches auditing off.', { text: /-e\s*0/ }),
    ],
  }),
  setcap: {
    base: high('system.capability', 'Gives a program powers of the system.', {}).hit,
    rules: [low('system.capability_remove', 'Takes powers from a program.', { any: '-r -v' })],
  },
  setenforce: { base: high('system.mac_off', 'Switches mandatory access control off.', {}).hit },
  ...same('aa-disable aa-teardown spctl csrutil', {
    base: high('system.protection_off', 'Switches a protection of the system off.', {}).hit,
    rules: [none('system.status', 'Only reads.', { text: /status|--version/ })],
  }),
  ...same('useradd adduser usermod groupadd gpasswd groupmod addgroup chsh', {
    base: elevated('system.users', 'Changes users or groups.', {}, 'security').hit,
    rules: [
      high('system.users_admin', 'Gives a user the power of an administrator.', {
        text: /\b(?:sudo|wheel|root|docker|admin)\b|-u\s*0\b|-o\b/,
      }),
    ],
  }),
  ...same('userdel deluser groupdel', { base: high('system.user_delete', 'Deletes a user.', {}).hit }),
  ...same('passwd chpasswd', { base: high('system.password', 'Changes a password.', {}).hit }),
  ...same('visudo sudoedit', { base: high('system.sudoers', 'Changes who is an administrator.', {}).hit }),
  sysctl: {
    base: READ,
    rules: [
      high('system.kernel', 'Changes the running kernel.', { any: '-w -p --write' }),
      high('system.kernel', 'Changes the running kernel.', { text: /\w=\S/ }),
    ],
  },
  ...same('insmod modprobe rmmod kexec', { base: high('system.kernel_module', 'Changes the running kernel.', {}).hit }),
  ...same('swapoff swapon', { base: TOUCHY }),
  ...same('update-grub grub-install efibootmgr bootctl flashrom nvram fwupdmgr', {
    base: high('system.boot', 'Changes how the machine starts.', {}).hit,
  }),
  ...same('hostnamectl timedatectl localectl update-alternatives ldconfig', {
    base: READ,
    rules: [elevated('system.settings', 'Changes the system.', { text: /\bset|--set|--install/ })],
  }),
  ...same('defaults', {
    base: READ,
    rules: [
      elevated('system.defaults', 'Changes settings of the account.', { sub: 'write' }),
      high('system.defaults_delete', 'Deletes settings of the account.', { sub: 'delete' }),
    ],
  }),
  ...same('tmutil', {
    base: READ,
    rules: [
      high('system.backup_delete', 'Deletes or stops backups.', {
        sub: 'delete|disable|deletelocalsnapshots|thinlocalsnapshots',
      }),
    ],
  }),
  security: {
    base: READ,
    rules: [
      high('system.keychain', 'Reads or deletes stored passwords.', {
        sub: 'find-generic-password|find-internet-password|dump-keychain|delete-keychain|export|delete-generic-password|add-trusted-cert|remove-trusted-cert',
      }),
    ],
  },
  ...same('gdb lldb', { base: TOUCHY }),
}
