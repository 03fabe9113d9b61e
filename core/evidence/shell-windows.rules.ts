import { isSecretPath } from './shell-effects.rules.ts'
import { judgeRemoval } from './shell-remove.rules.ts'
import type { Arg, Call, Hit, State } from './shell-state.rules.ts'
import { literal, report, reportCall } from './shell-state.rules.ts'
import type { Table } from './shell-table.rules.ts'
import { catastrophic, elevated, high, low, OTHER, READ, same } from './shell-table.rules.ts'

const REMOTE = catastrophic('win.remote_exec', 'Runs text that comes from the network.', {}).hit
const ENCODED = high('win.encoded', 'Runs an encoded script that cannot be read.', {}).hit
const DYNAMIC = elevated('win.invoke', 'Runs text that is only known at run time.', {}, 'security').hit
const DRIVE = catastrophic('win.remove_root', 'Deletes a drive, the system or a home folder.', {}).hit
const POLICY = elevated('win.policy', 'Loosens which scripts may run.', {}, 'security').hit
const DEFENDER = catastrophic('win.defender_off', 'Switches the virus protection off.', {}).hit
const SHADOWS = catastrophic('win.backups', 'Deletes backups and restore points.', {}).hit
const EXFILTRATES = catastrophic('win.exfiltrates', 'Sends secrets to another machine.', {}).hit
const SENDS = /\b(?:irm|iwr|invoke-restmethod|invoke-webrequest|uploadstring|uploadfile|send-mailmessage)\b/i
const READS: Hit = READ

const REMOVE_NAMES = /^(?:remove-item|ri|rm|del|erase|rd|rmdir|clear-recyclebin)$/
const VARIABLE_ROOT =
  /^(?:\$env:|%)(?:userprofile|systemroot|systemdrive|windir|homepath|homedrive|programfiles|programdata|appdata|allusersprofile)%?[\\/]*\**$/i
const SYSTEM_DRIVE =
  /^[a-z]:[\\/]*(?:\*(?:\.\*)?|\.)?$|^[a-z]:[\\/]+(?:windows|users|program files(?: \(x86\))?|programdata)(?:[\\/]+(?:system32|\*(?:\.\*)?|[\w.-]+))?[\\/]*\*?$/i

interface WindowsCall {
  readonly name: string
  readonly words: readonly string[]
  readonly text: string
}

function unquote(word: string): string {
  return word.replace(/`(.)/g, '$1').replace(/\^(.)/g, '$1').replaceAll(/["']/g, '')
}

/** PowerShell and cmd text in calls: quotes hold words together, `;`, `|`, `&` and line ends part them. */
function windowsCalls(text: string): readonly WindowsCall[] {
  const calls: WindowsCall[] = []
  for (const segment of text.match(/(?:"[^"]*"|'[^']*'|[^;|&\n"'])+/g)?.slice(0, 4000) ?? []) {
    const words =
      segment
        .match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)
        ?.map(unquote)
        .filter((word) => word !== '') ?? []
    const name = (words[0] ?? '')
      .replace(/^[({@]+/, '')
      .replace(/\.exe$/i, '')
      .toLowerCase()
    if (name !== '')
      calls.push({ name: name.slice(name.lastIndexOf('\\') + 1), words: words.slice(1), text: segment.trim() })
  }
  return calls
}

const VALUED = /^-(?:erroraction|ea|filter|include|exclude|confirm|stream|erroractionpreference)$/i

function removal(call: WindowsCall, state: State): void {
  const recursive = call.words.some((word) => /^-r(?:ec(?:urse)?)?$|^-rf$|^\/s$|^-fr$/i.test(word))
  const targets = call.words
    .filter((word, i) => !/^$|^-|^\/[a-z]$|^[{}()]+$/i.test(word) && !VALUED.test(call.words[i - 1] ?? ''))
    .flatMap((word) => word.split(','))
  const deep = recursive || call.words.some((word) => /^\/[sq]$/i.test(word))
  for (const target of targets) {
    if (SYSTEM_DRIVE.test(target) || VARIABLE_ROOT.test(target)) report(state, DRIVE, call.text)
    else
      report(
        state,
        judgeRemoval(
          literal(target.replaceAll('\\', '/').replace(/^\$env:TEMP|^%TEMP%/i, '/tmp')),
          { recursive: deep },
          state,
        ),
        call.text,
      )
  }
}

interface Pattern {
  readonly hit: Hit
  readonly name: RegExp
  readonly text?: RegExp
}

/** Calls whose meaning lies in name and words; the first that fits counts. */
const PATTERNS: readonly Pattern[] = [
  { hit: SHADOWS, name: /^(?:vssadmin|wbadmin|wmic|diskshadow)$/, text: /\bdelete\b|resize shadowstorage/i },
  { hit: SHADOWS, name: /^bcdedit$/, text: /recoveryenabled\s+no|ignoreallfailures|\/delete/i },
  {
    hit: catastrophic('win.format', 'Formats or erases a disk.', {}).hit,
    name: /^(?:format|format-volume|clear-disk|initialize-disk|diskpart|remove-partition|cipher)$/,
    text: /[a-z]:|-driveletter|-number|-removedata|\/w:|clean|\/s|-disknumber/i,
  },
  {
    hit: DEFENDER,
    name: /^(?:set-mppreference|add-mppreference|uninstall-windowsfeature|remove-mppreference)$/,
    text: /disable|exclusion|defender/i,
  },
  {
    hit: high('win.firewall', 'Switches the firewall off.', {}).hit,
    name: /^(?:netsh|set-netfirewallprofile|disable-netfirewallrule)$/,
    text: /state off|enabled\s+false|opmode|disable/i,
  },
  {
    hit: high('win.registry', 'Deletes or changes settings of the system.', {}).hit,
    name: /^(?:reg|remove-itemproperty|set-itemproperty|new-itemproperty)$/,
    text: /^reg\s+(?:delete|import|restore)|hklm|hkey_local_machine|currentversion\\run/i,
  },
  {
    hit: catastrophic('win.logs', 'Empties system logs.', {}).hit,
    name: /^(?:wevtutil|clear-eventlog|remove-eventlog)$/,
    text: /\bcl\b|clear|remove/i,
  },
  {
    hit: high('win.users', 'Changes users or their rights.', {}).hit,
    name: /^(?:net|net1|new-localuser|add-localgroupmember|remove-localuser)$/,
    text: /\buser\b.*\/(?:add|delete)|localgroup|localuser/i,
  },
  {
    hit: high('win.service', 'Stops or deletes services.', {}).hit,
    name: /^(?:sc|stop-service|remove-service|set-service|net)$/,
    text: /\b(?:delete|stop|config)\b|^stop-service|^remove-service|disabled/i,
  },
  {
    hit: catastrophic('win.halt', 'Shuts the machine down.', {}).hit,
    name: /^(?:stop-computer|restart-computer|shutdown)$/,
    text: /^(?:stop|restart)-computer|\/[rsfp]\b/i,
  },
  {
    hit: high('win.task', 'Plants a timed job.', {}).hit,
    name: /^(?:schtasks|register-scheduledtask)$/,
    text: /\/create|\/delete|^register/i,
  },
  {
    hit: high('win.access', 'Changes owners or rights of many files.', {}).hit,
    name: /^(?:takeown|icacls|cacls)$/,
    text: /\/r\b|\/t\b|everyone|\/grant|\/f\s+[a-z]:\\/i,
  },
  {
    hit: high('win.download_tool', 'Fetches and runs with a system tool.', {}).hit,
    name: /^(?:certutil|bitsadmin|mshta|regsvr32|rundll32|msiexec|start-bitstransfer)$/,
    text: /https?:|urlcache|decode|javascript:|\/transfer/i,
  },
  {
    hit: high('win.kill', 'Ends processes.', {}).hit,
    name: /^(?:taskkill|stop-process)$/,
    text: /lsass|csrss|winlogon|svchost|explorer|\*|msmpeng/i,
  },
  { hit: elevated('win.kill_one', 'Ends processes.', {}, 'security').hit, name: /^(?:taskkill|stop-process)$/ },
  { hit: POLICY, name: /^set-executionpolicy$/ },
  {
    hit: high('win.clear', 'Empties a file or folder.', {}).hit,
    name: /^(?:clear-content|clear-item)$/,
    text: /\*|[a-z]:\\|\.db|prod/i,
  },
  {
    hit: high('win.mirror', 'Deletes at the target what the source does not have.', {}).hit,
    name: /^robocopy$/,
    text: /\/(?:mir|purge)\b/i,
  },
  {
    hit: high('win.vm', 'Deletes machines or cloud resources.', {}).hit,
    name: /^remove-(?:vm|azresourcegroup|azvm|aduser|adcomputer|azstorageaccount|azsqldatabase|s3bucket|item-not)$/,
  },
  {
    hit: high('win.secrets', 'Reads stored credentials.', {}).hit,
    name: /^(?:cmdkey|vaultcmd|mimikatz|invoke-mimikatz|procdump)$/,
    text: /list|sekurlsa|lsass|mimikatz/i,
  },
]

const FETCHES =
  /\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile|downloaddata|webclient|start-bitstransfer|httpclient)\b/i
const STARTS = /\b(?:start-process|invoke-item|saps)\b/i
const INVOKES = /\b(?:iex|invoke-expression)\b|\|\s*(?:powershell|pwsh|cmd)\b|\[scriptblock\]::create|^\s*[&.]\s*\(/i

function judgeOne(call: WindowsCall, state: State): void {
  if (REMOVE_NAMES.test(call.name)) return removal(call, state)
  const found = PATTERNS.find((pattern) => pattern.name.test(call.name) && (pattern.text?.test(call.text) ?? true))
  if (found !== undefined) report(state, found.hit, call.text)
  const inner = /^(?:for|foreach|if|start|call|cmd|start-process|foreach-object|%)$/.test(call.name)
    ? call.words.findIndex((word) => /^(?:\{?(?:del|rd|rmdir|erase|format|remove-item|ri))$/i.test(word))
    : -1
  if (inner >= 0)
    judgeOne(
      {
        name: (call.words[inner] ?? '').replace('{', '').toLowerCase(),
        words: call.words.slice(inner + 1).map((word) => word.replace(/\}$/, '')),
        text: call.text,
      },
      state,
    )
}

/** Judges a whole PowerShell or cmd text. */
export function judgeWindows(text: string, state: State): void {
  if (state.depth > 10 || ++state.calls > 2500) return report(state, ENCODED, text)
  const encoded = /-e(?:nc(?:odedcommand)?|c)?\s+["']?([A-Za-z0-9+/=]{16,})/i.exec(text)
  if (encoded?.[1] !== undefined) {
    const plain = Buffer.from(encoded[1], 'base64').toString('utf16le')
    report(state, ENCODED, text)
    state.depth++
    judgeWindows(plain, state)
    state.depth--
  }
  const invokes = INVOKES.test(text.replaceAll('`', ''))
  if ((invokes || STARTS.test(text)) && FETCHES.test(text)) report(state, REMOTE, text)
  else if (invokes && /frombase64string|-join|\[char\]|-bxor|reverse/i.test(text)) report(state, ENCODED, text)
  else if (invokes) report(state, DYNAMIC, text)
  if (/\$[\w.]+\.(?:delete\(\$true\)|invokescript)/i.test(text)) report(state, DYNAMIC, text)
  const deleted = /\[(?:system\.)?io\.directory\]::delete\(\s*['"]([^'"]+)/i.exec(text)?.[1]
  if (deleted !== undefined) judgeOne({ name: 'remove-item', words: ['-Recurse', deleted], text }, state)
  if (/net\.sockets\.tcpclient/i.test(text)) report(state, { ...REMOTE, code: 'win.reverse_shell' }, text)
  if (SENDS.test(text) && text.split(/[\s'"@(),;|]+/).some((word) => isSecretPath(word.replaceAll('\\', '/'), state)))
    report(state, EXFILTRATES, text)
  const recursesInto =
    /\b(?:get-childitem|gci|ls|dir)\b[^|]*\|\s*(?:%\s*\{|foreach-object\s*\{)?\s*(?:remove-item|ri|del|rm)\b/i.exec(
      text,
    )
  if (recursesInto !== null) judgeListed(text, state)
  for (const call of windowsCalls(text)) judgeOne(call, state)
}

/** `Get-ChildItem X | Remove-Item`: the listed folder is what goes. */
function judgeListed(text: string, state: State): void {
  const listing = windowsCalls(text)[0]
  const words = listing?.words.filter((word) => !word.startsWith('-')) ?? []
  const target = words[0] ?? '.'
  if (SYSTEM_DRIVE.test(target) || VARIABLE_ROOT.test(target)) report(state, DRIVE, text)
  else report(state, judgeRemoval(literal(target.replaceAll('\\', '/')), { recursive: true }, state), text)
}

const WINDOWS_WORDS =
  /^(?:[a-z]+-[a-z]*(?:item|content|itemproperty|expression|webrequest|restmethod|process|service|disk|volume|computer|executionpolicy|eventlog|mppreference|object|location|path|null|string|variable|command|module|table|localuser|localgroupmember|firewallprofile|netfirewallprofile|netfirewallrule|scheduledtask|job|date|childitem|partition|vm|aduser|azresourcegroup|recyclebin|bitstransfer|host|json|csv|archive|hash|acl)|del|erase|rd|iex|iwr|irm|gci|ri|vssadmin|wbadmin|wmic|bcdedit|diskpart|cipher|reg|wevtutil|schtasks|takeown|icacls|cacls|certutil|bitsadmin|mshta|regsvr32|rundll32|msiexec|taskkill|robocopy|netsh|net|cmdkey|mimikatz|diskshadow|sc|powershell|pwsh|cmd)$/i

/** Whether a name can only mean a Windows program, so that backslashes are path separators. */
export const isWindowsName = (name: string): boolean => WINDOWS_WORDS.test(name)

const raw = (args: readonly Arg[]): string => args.map((arg) => arg.raw).join(' ')

function powershell(call: Call): undefined {
  const at = call.args.findIndex((arg) => /^[-/]c(?:ommand)?$/i.test(arg.text))
  const script =
    at >= 0
      ? call.args
          .slice(at + 1)
          .map((arg) => arg.text)
          .join(' ')
      : raw(call.args)
  judgeWindows(script, call.state)
  if (/-e(?:nc|ncodedcommand|c)?\b/i.test(raw(call.args))) judgeWindows(raw(call.args), call.state)
  if (call.stdin?.text != null) judgeWindows(call.stdin.text, call.state)
  else if (call.stdin !== null && (call.stdin.taint & 2) !== 0) reportCall(call, REMOTE)
}

function cmd(call: Call): undefined {
  judgeWindows(
    call.args
      .slice(call.args.findIndex((arg) => /^\/\/?[ck]$/i.test(arg.text)) + 1)
      .map((arg) => (/^['"]/.test(arg.raw) ? arg.text : arg.raw))
      .join(' '),
    call.state,
  )
}

const plain = (call: Call): undefined => judgeWindows(`${call.name} ${raw(call.args)}`, call.state) as undefined

const NAMES =
  'del erase rd iex iwr irm gci ri vssadmin wbadmin wmic bcdedit diskpart cipher reg wevtutil schtasks takeown icacls cacls certutil bitsadmin mshta regsvr32 rundll32 msiexec taskkill robocopy netsh net cmdkey mimikatz diskshadow remove-item format sc'

export const WINDOWS: Table = {
  ...same('powershell pwsh', { base: OTHER, run: powershell }),
  cmd: { base: OTHER, run: cmd },
  wsl: {
    base: OTHER,
    run: (call) => (
      call.state.exec(
        call.args.filter((arg) => !/^-[de]$|^--$/.test(arg.text)),
        null,
      ),
      undefined
    ),
  },
  ...same(NAMES, { base: low('win.program', 'Runs a Windows program.', {}, 'other').hit, run: plain }),
  ...same(
    'ipconfig systeminfo tasklist get-childitem get-content get-process get-service get-item test-path select-string write-host write-output get-location measure-object',
    { base: READS },
  ),
}
