import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DurableFiles, type NodeFileSystem, type SyncCalls } from './durable-files.ts'

/** A name in a directory: a file's identity, or a directory. */
type Entry = number | 'directory'
type Range = readonly [position: number, length: number]

/**
 * What the disk is sure to hold while an engine runs on `live`: of each file the bytes as of its last sync, of each
 * directory the names as of its last sync. Everything that is there at the start counts as synced.
 */
export class SyncedDisk implements SyncCalls {
  readonly #live: string
  readonly #store: string
  readonly #files = new Map<string, number>()
  readonly #unsynced = new Map<number, Range[]>()
  readonly #directories = new Map<string, Map<string, Entry>>()
  #events = 0
  #nextFile = 1
  /** Called after every write and every sync with the number of events so far: the moments at which power may fail. */
  onEvent: (events: number) => void = () => {}

  /** `store` keeps the synced contents; it must lie outside `live`. */
  constructor(live: string, store: string) {
    this.#live = live
    this.#store = store
    mkdirSync(store, { recursive: true })
    this.#adopt(live)
  }

  #adopt(directory: string): void {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) this.#adopt(path)
      else copyFileSync(path, this.#stored(this.created(path)))
    }
    this.directory(directory)
  }

  #stored(file: number): string {
    return join(this.#store, String(file))
  }

  created(path: string): number {
    const file = this.#nextFile++
    this.#files.set(path, file)
    return file
  }

  removed(path: string): void {
    this.#files.delete(path)
  }

  renamed(from: string, to: string): void {
    const file = this.#files.get(from)
    this.#files.delete(from)
    if (file !== undefined) this.#files.set(to, file)
  }

  written(path: string, position: number, length: number): void {
    const file = this.#files.get(path)
    if (file === undefined) throw new Error(`A write to a file nobody saw being made: ${path}`)
    const ranges = this.#unsynced.get(file)
    if (ranges === undefined) this.#unsynced.set(file, [[position, length]])
    else ranges.push([position, length])
    this.onEvent(++this.#events)
  }

  file(_descriptor: number, path: string): void {
    const file = this.#files.get(path)
    if (file === undefined) return this.directory(path)
    copyRanges(path, this.#stored(file), this.#unsynced.get(file) ?? [])
    this.#unsynced.delete(file)
    this.onEvent(++this.#events)
  }

  directory(path: string): void {
    const names = readdirSync(path, { withFileTypes: true }).map((entry): [string, Entry] => [
      entry.name,
      entry.isDirectory()
        ? 'directory'
        : (this.#files.get(join(path, entry.name)) ?? this.created(join(path, entry.name))),
    ])
    this.#directories.set(path, new Map(names))
  }

  /** Writes to `target` what a power cut at this moment would leave of the live directory. */
  cut(target: string): void {
    this.#write(this.#live, target)
  }

  #write(from: string, to: string): void {
    mkdirSync(to, { recursive: true, mode: 0o700 })
    for (const [name, entry] of this.#directories.get(from) ?? []) {
      if (entry === 'directory') this.#write(join(from, name), join(to, name))
      else if (isThere(this.#stored(entry))) copyFileSync(this.#stored(entry), join(to, name))
      else writeFileSync(join(to, name), '')
    }
  }
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

function copyRanges(from: string, to: string, ranges: readonly Range[]): void {
  const source = openSync(from, 'r')
  const target = openSync(to, isThere(to) ? 'r+' : 'w')
  try {
    for (const [position, length] of ranges) {
      const bytes = Buffer.alloc(length)
      const read = readSync(source, bytes, 0, length, position)
      writeSync(target, bytes, 0, read, position)
    }
    ftruncateSync(target, statSync(from).size)
  } finally {
    closeSync(source)
    closeSync(target)
  }
}

/** The engine's files with every change reported to a SyncedDisk. `durable: false` leaves the fsync hook out. */
export class RecordedFiles extends DurableFiles {
  readonly #disk: SyncedDisk
  readonly #durable: boolean

  constructor(directory: string, disk: SyncedDisk, { durable }: { readonly durable: boolean }) {
    super(directory, disk)
    this.#disk = disk
    this.#durable = durable
  }

  protected override install(files: NodeFileSystem): void {
    const disk = this.#disk
    const { node_ops: names, stream_ops: bytes } = files
    const { rename, mknod, unlink } = names
    const { write } = bytes
    bytes.write = (...args) => {
      const [stream, , , , position] = args
      const written = write(...args)
      disk.written(files.realPath(stream.node), position, written)
      return written
    }
    names.mknod = (parent, name, mode, device) => {
      const node = mknod(parent, name, mode, device)
      const path = files.realPath(node)
      if (statSync(path).isFile()) disk.created(path)
      return node
    }
    names.rename = (node, directory, name) => {
      const from = files.realPath(node)
      const result = rename(node, directory, name)
      disk.renamed(from, join(files.realPath(directory), name))
      return result
    }
    names.unlink = (parent, name) => {
      unlink(parent, name)
      disk.removed(join(files.realPath(parent), name))
    }
    if (this.#durable) super.install(files)
  }
}
