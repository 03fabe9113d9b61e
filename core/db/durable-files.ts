import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type InitResult = Awaited<ReturnType<NodeFS['init']>>

/** The parts of emscripten's node file system used here (its types are not published). */
export interface FsNode {
  readonly parent: FsNode
}
export interface FsStream {
  readonly nfd: number | null | undefined
  readonly node: FsNode
}
export type FsWrite = [stream: FsStream, buffer: Uint8Array, offset: number, length: number, position: number]
export interface NodeFileSystem {
  realPath(node: FsNode): string
  readonly stream_ops: {
    write: (...written: FsWrite) => number
    fsync?: (stream: FsStream) => number
  }
  readonly node_ops: {
    rename: (node: FsNode, directory: FsNode, name: string) => unknown
    mknod: (parent: FsNode, name: string, mode: number, device: number) => FsNode
    unlink: (parent: FsNode, name: string) => void
  }
}
interface EngineModule {
  readonly NODEFS?: NodeFileSystem
}

/** Where bytes become durable. The power-cut test puts a recorder here. */
export interface SyncCalls {
  file(descriptor: number, path: string): void
  directory(path: string): void
}

const realSync: SyncCalls = {
  file: (descriptor) => fdatasyncSync(descriptor),
  directory(path) {
    const descriptor = openSync(path, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  },
}

/** The operating system's fsync; `fail` ends the engine when one fails, as PostgreSQL itself does. */
export const syncOrElse = (fail: (thrown: unknown) => never): SyncCalls => ({
  file(descriptor, path) {
    try {
      realSync.file(descriptor, path)
    } catch (thrown) {
      fail(thrown)
    }
  },
  directory(path) {
    try {
      realSync.directory(path)
    } catch (thrown) {
      fail(thrown)
    }
  },
})

/** PGlite's own start parameters contain `-F` (fsync off); its libc stubs fdatasync, so the method must be `fsync`. */
export const durableStartParams = (defaults: readonly string[]): string[] => [
  ...defaults.filter((parameter) => parameter !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
]

/** PGlite's node file system with a real fsync of files, and of directories whose entries change. */
export class DurableFiles extends NodeFS {
  readonly #sync: SyncCalls
  #installed = false

  /** `sync` must not return when it failed: the engine would take an exception for an ordinary one and go on. */
  constructor(directory: string, sync: SyncCalls) {
    super(directory)
    this.#sync = sync
  }

  /** False when this build of PGlite has no place for the hook: then nothing would be durable. */
  get installed(): boolean {
    return this.#installed
  }

  override async init(...args: Parameters<NodeFS['init']>): Promise<InitResult> {
    const { emscriptenOpts } = await super.init(...args)
    const install = (module: object): void => {
      const files = (module as EngineModule).NODEFS
      if (files !== undefined) this.install(files)
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), install] } }
  }

  protected install(files: NodeFileSystem): void {
    const syncDirectory = (node: FsNode): void => this.#sync.directory(files.realPath(node))
    files.stream_ops.fsync = (stream) => {
      if (stream.nfd === undefined || stream.nfd === null) syncDirectory(stream.node)
      else this.#sync.file(stream.nfd, files.realPath(stream.node))
      return 0
    }
    // PostgreSQL fsyncs no directory in this build: new names and renames are made durable here.
    const { rename, mknod } = files.node_ops
    files.node_ops.rename = (node, directory, name) => {
      const from = node.parent
      const result = rename(node, directory, name)
      syncDirectory(directory)
      if (from !== directory) syncDirectory(from)
      return result
    }
    files.node_ops.mknod = (parent, name, mode, device) => {
      const node = mknod(parent, name, mode, device)
      syncDirectory(parent)
      return node
    }
    this.#installed = true
  }
}
