import type { Table } from './shell-table.rules.ts'
import { READ, same } from './shell-table.rules.ts'

const NAMES = `
  ls ll dir tree stat file du df ps top htop btop free uptime uname id groups who w last date cal env
  whereis type man info help true false test [ [[ : sleep wait jobs fg bg times ulimit umask hash locale
  getconf nproc lscpu lsblk lsusb lspci lsmod vmstat iostat sar pgrep pidof pstree basename dirname realpath
  readlink seq expr bc yes clear reset tput stty tty logname arch sw_vers system_profiler getent ldd nm
  objdump readelf size otool cloc tokei scc watchman shopt bind complete compgen continue break return exit
  logger let dirs disown enable caller exiftool identify ffprobe mediainfo tldr cheat apropos whatis ffind
  locate mdfind plocate sha224sum lsb_release neofetch fastfetch systemd-analyze loginctl findmnt blkid
  nvidia-smi sensors open xdg-open say notify-send
`

/** Programs that only look, whatever their options. */
export const READERS: Table = same(NAMES.trim().replaceAll(/\s+/g, ' '), { base: READ })
