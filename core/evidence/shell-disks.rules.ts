import { sendFiles } from './shell-copy.rules.ts'
import type { Hit } from './shell-state.rules.ts'
import type { Table } from './shell-table.rules.ts'
import { catastrophic, elevated, high, none, READ, same, TOUCHY, WRITE } from './shell-table.rules.ts'

const DEVICE: Hit = catastrophic('shell.device_write', 'Writes straight to a device.', {}).hit

/** Disks, file systems, volumes and backups. */
export const DISKS: Table = {
  ...same('mkfs mkfs.ext4 mkfs.ext3 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.ntfs mkfs.fat mke2fs newfs mkswap', {
    base: DEVICE,
    rules: [none('shell.mkfs_help', 'Shows help.', { any: '--help -V --version' })],
  }),
  ...same('wipefs sgdisk blkdiscard sfdisk', {
    base: DEVICE,
    rules: [none('shell.disk_list', 'Lists disks.', { any: '-l -p --list --print -n --no-act -d --dump' })],
  }),
  ...same('fdisk gdisk', { base: DEVICE, rules: [none('shell.disk_list', 'Lists disks.', { any: '-l --list -s' })] }),
  parted: {
    base: DEVICE,
    rules: [
      catastrophic('shell.device_write', 'Changes the partitions of a disk.', {
        arg: /^(?:mklabel|mktable|mkpart|rm|resizepart|rescue|set|toggle|name|disk_set)$/,
      }),
      none('shell.disk_list', 'Lists disks.', { any: '-l --list' }),
      none('shell.disk_print', 'Lists disks.', { arg: /^print$/ }),
    ],
  },
  ...same('tune2fs e2label resize2fs xfs_admin xfs_repair fsck e2fsck', { base: TOUCHY }),
  diskutil: {
    base: READ,
    rules: [
      catastrophic('shell.disk_erase', 'Erases a disk.', {
        text: /\b(?:erase\w*|zeroDisk|randomDisk|secureErase|partitionDisk|reformat|deleteVolume|deleteContainer)\b/i,
      }),
    ],
  },
  hdparm: {
    base: TOUCHY,
    rules: [catastrophic('shell.disk_erase', 'Erases a disk.', { text: /--security-erase|--trim-sector/ })],
  },
  nvme: { base: TOUCHY, rules: [catastrophic('shell.disk_erase', 'Erases a disk.', { sub: 'format|sanitize' })] },
  cryptsetup: {
    base: TOUCHY,
    rules: [
      catastrophic('shell.disk_erase', 'Makes an encrypted disk unreadable or new.', {
        sub: 'luksFormat|erase|luksErase|luksKillSlot',
      }),
      catastrophic('shell.disk_erase', 'Formats a disk.', { sub: 'luksRemoveKey' }),
    ],
  },
  ...same('lvremove vgremove pvremove', { base: DEVICE }),
  mdadm: {
    base: TOUCHY,
    rules: [catastrophic('shell.raid_zero', 'Destroys a disk array.', { any: '--zero-superblock --stop' })],
  },
  ...same('zpool zfs', {
    base: READ,
    rules: [
      catastrophic('shell.pool_destroy', 'Destroys a storage pool.', { sub: 'destroy|labelclear' }),
      high('shell.pool_rollback', 'Rolls storage back.', { sub: 'rollback' }),
    ],
  }),
  btrfs: { base: READ, rules: [high('shell.subvolume_delete', 'Deletes a subvolume.', { sub: 'subvolume delete' })] },
  ...same('mount umount losetup', {
    base: TOUCHY,
    rules: [
      none('shell.mount_list', 'Lists mounts.', { none: '-a -o -t -f -l --bind -u', text: /^\w+$/ }),
      high('shell.mount_root', 'Mounts over the root.', { text: /remount.* \/$/ }),
      high('shell.mount_system', 'Hides or detaches a system folder.', {
        text: /(?:--bind|\s-B)\s.*\s\/(?:etc|usr|var|bin|boot|home|root)\/?$|^umount .*\s\/(?:home|boot|var)?$/,
      }),
    ],
  }),
  restic: {
    valued: '-r --repo -p --password-file -o --option --cache-dir',
    base: WRITE,
    rules: [
      high('shell.backup_forget', 'Deletes backups.', { sub: 'forget|prune|unlock', none: '--dry-run' }),
      none('shell.backup_list', 'Lists backups.', { sub: 'snapshots|ls|stats|check' }),
    ],
  },
  borg: {
    base: WRITE,
    rules: [high('shell.backup_delete', 'Deletes backups.', { sub: 'delete|prune|compact', none: '--dry-run -n' })],
  },
  duplicity: {
    base: WRITE,
    rules: [
      high('shell.backup_delete', 'Deletes backups.', {
        sub: 'remove-older-than|remove-all-but-n-full|remove-all-inc-of-but-n-full|cleanup',
        any: '--force',
      }),
    ],
  },
  rclone: {
    base: READ,
    rules: [
      none('shell.rclone_dry', 'Only shows what it would do.', { any: '--dry-run -n' }),
      high('shell.rclone_delete', 'Deletes remote files.', { sub: 'purge|delete|sync|deletefile|rmdirs|cleanup|move' }),
      elevated('shell.rclone_copy', 'Copies files to or from a remote.', { sub: 'copy|copyto' }),
    ],
    run: sendFiles,
  },
}
