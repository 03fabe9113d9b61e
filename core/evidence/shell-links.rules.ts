import type { Table } from './shell-table.rules.ts'
import { elevated, high, none, READ, same, TOUCHY } from './shell-table.rules.ts'

const firewall = {
  base: TOUCHY,
  rules: [
    none('net.list', 'Only reads.', { any: '-L -S --list --list-all -n', none: '-F -A -D -P -I' }),
    none('net.list', 'Only reads.', { sub: 'status|list|show' }),
    high('net.firewall_off', 'Switches the firewall off or opens it.', {
      text: /-F\b|--flush|\bdisable\b|\breset\b|-P (?:INPUT|FORWARD|OUTPUT)\b|flush ruleset|--panic-o|\bdelete\b|-X\b|--add-port|--remove|default allow/,
    }),
  ],
}

/** Firewalls, network links, and tools that scan or listen. */
export const LINKS: Table = {
  ...same(
    'nmap masscan zmap hydra sqlmap nikto john hashcat metasploit msfconsole msfvenom responder aircrack-ng gobuster ffuf',
    {
      base: high('net.attack_tool', 'Runs a tool made to attack systems.', {}).hit,
      rules: [elevated('net.scan_local', 'Scans this machine.', { text: /localhost|127\.0\.0\.1/ })],
    },
  ),
  ...same('tcpdump tshark wireshark ettercap', {
    base: elevated('net.sniff', 'Records network traffic.', {}, 'security').hit,
  }),
  ...same('iptables ip6tables nft ufw firewall-cmd pfctl', firewall),
  ...same('ip ifconfig route', {
    base: READ,
    rules: [
      high('net.link_down', 'Takes a network link down.', { text: /\b(?:down|flush|del|delete)\b/ }),
      elevated('net.change', 'Changes the network.', { text: /\b(?:add|set|up|replace|change)\b/ }),
    ],
  }),
  ...same('ss netstat lsof arp nmcli networksetup resolvectl', {
    base: READ,
    rules: [
      elevated('net.change', 'Changes the network.', {
        text: /^(?:resolvectl (?:dns|domain|revert)|networksetup -set|nmcli (?:\S+ )*(?:modify|add|delete|up|down|off))\b/,
      }),
    ],
  }),
  tc: { base: READ, rules: [elevated('net.change', 'Changes the network.', { sub: '* add|del|replace|change' })] },
}
