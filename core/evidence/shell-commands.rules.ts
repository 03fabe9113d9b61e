import { AGENTS } from './shell-agents.rules.ts'
import { CLOUD } from './shell-cloud.rules.ts'
import { CONTAINERS } from './shell-containers.rules.ts'
import { DATABASE } from './shell-database.rules.ts'
import { FLEET } from './shell-fleet.rules.ts'
import { FILES } from './shell-files.rules.ts'
import { FORGES } from './shell-forges.rules.ts'
import { GIT } from './shell-git.rules.ts'
import { INTERPRETERS } from './shell-interpreters.rules.ts'
import { LINKS } from './shell-links.rules.ts'
import { NETWORK } from './shell-network.rules.ts'
import { PACKAGES } from './shell-packages.rules.ts'
import { READERS } from './shell-readers.rules.ts'
import { SYSTEM } from './shell-system.rules.ts'
import type { Entry } from './shell-table.rules.ts'
import { TEXT } from './shell-text.rules.ts'
import { WINDOWS } from './shell-windows.rules.ts'

/** Every program that is known by name. */
export const LOOKUP: ReadonlyMap<string, Entry> = new Map(
  [
    AGENTS,
    READERS,
    SYSTEM,
    TEXT,
    INTERPRETERS,
    FILES,
    GIT,
    FORGES,
    CLOUD,
    FLEET,
    CONTAINERS,
    PACKAGES,
    NETWORK,
    LINKS,
    DATABASE,
    WINDOWS,
  ].flatMap((table) => Object.entries(table)),
)
