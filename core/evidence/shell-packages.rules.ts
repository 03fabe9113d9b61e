import type { Call } from './shell-state.rules.ts'
import { literal } from './shell-state.rules.ts'
import type { Entry, Table } from './shell-table.rules.ts'
import { BUILD, elevated, high, low, none, READ, same, TOUCHY } from './shell-table.rules.ts'

const ODD_SOURCE = /^(?:git\+|https?:|git:|github:|ssh:|gist:|file:\/\/\/tmp)/

const npm: Entry = {
  valued: '-w --workspace --prefix --registry --tag --filter -C --otp',
  base: BUILD,
  rules: [
    none('pkg.dry', 'Only shows what it would do.', { any: '--dry-run' }),
    high('pkg.unpublish', 'Removes a published package.', { sub: 'unpublish|deprecate' }),
    high('pkg.publish', 'Publishes a package to the world.', { sub: 'publish' }),
    high('pkg.publish', 'Publishes a package to the world.', { sub: 'npm publish' }),
    high('pkg.publish', 'Publishes a package to the world.', { sub: '-r|recursive publish' }),
    high('pkg.owner', 'Changes who owns a package.', {
      sub: 'owner|access|team add|rm|grant|revoke|public|set|remove',
    }),
    high('pkg.tag', 'Changes which version everybody gets.', { sub: 'dist-tag|tag add|rm|set|remove' }),
    high('pkg.tag', 'Changes which version everybody gets.', { sub: 'npm tag add|remove' }),
    high('pkg.token', 'Changes access tokens.', { sub: 'token create|revoke|delete' }),
    elevated('pkg.registry', 'Takes packages from another source.', {
      text: /--registry[= ]https?:\/\/(?!registry\.npmjs\.org|registry\.yarnpkg\.com)/,
    }),
    elevated('pkg.odd_source', 'Installs code from an address.', { sub: 'install|i|add|ci', arg: ODD_SOURCE }),
    elevated('pkg.global', 'Installs programs for the whole account.', {
      sub: 'install|i|add|uninstall|remove|rm|link',
      any: '-g --global',
    }),
    elevated('pkg.config', 'Changes where packages come from.', { sub: 'config|set set|delete|registry' }),
    elevated('pkg.audit_force', 'Upgrades packages past their declared range.', { sub: 'audit fix', any: '--force' }),
    none('pkg.read', 'Only reads.', {
      sub: 'ls|list|view|info|show|outdated|audit|why|explain|search|root|bin|prefix|whoami|ping|help|config|pack|doctor|fund|owner',
    }),
  ],
  run: (call) => (runInline(call), undefined),
}

/** `bun -e` is an interpreter as well. */
const BINARIES =
  /^(?:prisma|knex|sequelize(?:-cli)?|typeorm|drizzle-kit|mikro-orm|rimraf|wrangler|vercel|netlify|firebase|supabase|cdk|sls|serverless|sst|semantic-release|release-it|np)$/

function runInline(call: Call): void {
  // `yarn prisma migrate reset` runs the project's own binary.
  if (/^(?:yarn|pnpm|bun)$/.test(call.name) && BINARIES.test(call.args[0]?.text ?? ''))
    call.state.exec(call.args, call.stdin)
  if (call.name === 'bun' && /^(?:-[ep]|--eval|--print)$/.test(call.args[0]?.text ?? ''))
    call.state.exec([literal('node'), ...call.args], call.stdin)
}

const pip: Entry = {
  valued: '-r --requirement -c --constraint -t --target --index-url -i --extra-index-url --find-links -f',
  base: BUILD,
  rules: [
    none('pkg.read', 'Only reads.', {
      sub: 'list|show|freeze|check|index|search|debug|help|config|inspect|download|cache|hash',
    }),
    elevated('pkg.registry', 'Takes packages from another source.', {
      any: '-i --index-url --extra-index-url --trusted-host --find-links',
    }),
    elevated('pkg.odd_source', 'Installs code from an address.', { sub: 'install', arg: ODD_SOURCE }),
    elevated('pkg.break_system', "Changes the system's own packages.", { any: '--break-system-packages' }),
    low('pkg.install', 'Installs packages.', { sub: 'install|uninstall|wheel|pip|sync|add|remove|lock|venv' }, 'build'),
  ],
}

const UPLOAD = (subs: string): Entry => ({
  base: BUILD,
  rules: [
    none('pkg.dry', 'Only shows what it would do.', { any: '--dry-run -n' }),
    high('pkg.publish', 'Publishes a package to the world.', { sub: subs }),
    high('pkg.yank', 'Withdraws or hands over a published package.', { sub: 'yank|owner|unpublish' }),
    elevated('pkg.odd_source', 'Installs code from an address.', {
      sub: 'install|add|get',
      text: /--git[= ]|https?:\/\//,
    }),
    none('pkg.read', 'Only reads.', {
      sub: 'check|search|tree|list|metadata|show|version|outdated|info|env|doc|clippy|fmt|audit|vet',
    }),
  ],
})

const ESSENTIAL =
  /^(?:libc6|glibc|bash|coreutils|systemd|sudo|apt|dpkg|rpm|yum|dnf|kernel.*|linux-(?:image|headers|\*).*|openssh-server|util-linux|python3|login|passwd|grub.*|init|auditd|fail2ban|ufw|\*|docker-ce|postgresql.*|mysql-server.*)$/

const system: Entry = {
  valued: '-o -t -c --root -R',
  base: TOUCHY,
  rules: [
    none('pkg.simulate', 'Only shows what it would do.', { any: '-s --simulate --dry-run --just-print --assumeno -n' }),
    high('pkg.remove_essential', 'Removes a part of the operating system.', {
      sub: 'remove|purge|autoremove|erase|del|uninstall|-R',
      arg: ESSENTIAL,
    }),
    high('pkg.force_remove', 'Removes packages past their protection.', {
      any: '--force-yes --allow-remove-essential --force-remove-essential --force-all --force-depends --nodeps -Rdd -Rcns -Rns',
    }),
    high('pkg.unverified', 'Installs packages without checking their signature.', {
      any: '--allow-unauthenticated --nogpgcheck --no-gpg-checks --allow-untrusted',
    }),
    none('pkg.read', 'Only reads.', {
      sub: 'list|search|show|policy|depends|rdepends|info|madison|check|which|provides|home|deps|outdated|doctor|config|leaves|cask|repolist|history|stats|-l|-L|-S',
    }),
    none('pkg.query', 'Only reads.', { any: '-l -L -qa -Qi -Qs -Ss --list --version' }),
    elevated('pkg.system', "Changes the system's packages.", {}, 'deploy'),
  ],
}

export const PACKAGES: Table = {
  ...same('npm pnpm yarn bun cnpm', npm),
  ...same('lerna changeset nx turbo', {
    base: BUILD,
    rules: [high('pkg.publish', 'Publishes packages to the world.', { sub: 'publish|release' })],
  }),
  ...same('semantic-release np release-it', {
    base: high('pkg.publish', 'Publishes a package to the world.', {}).hit,
    rules: [none('pkg.dry', 'Only shows what it would do.', { any: '--dry-run -d --preview' })],
  }),
  ...same('pip pip3 uv pipx', {
    ...pip,
    rules: [high('pkg.publish', 'Publishes a package to the world.', { sub: 'publish' }), ...(pip.rules ?? [])],
  }),
  ...same('poetry hatch flit pdm', UPLOAD('publish')),
  ...same('twine maturin', UPLOAD('upload|publish')),
  cargo: UPLOAD('publish'),
  gem: UPLOAD('push'),
  go: UPLOAD('publish-not-there'),
  ...same('mvn gradle gradlew mvnw sbt', {
    base: BUILD,
    rules: [
      high('pkg.publish', 'Publishes artifacts.', {
        text: /\b(?:deploy|publish\w*|release:perform|closeAndReleaseRepository)\b/,
        none: '--dry-run',
      }),
    ],
  }),
  ...same('dotnet nuget', {
    base: BUILD,
    rules: [
      high('pkg.publish', 'Publishes a package to the world.', {
        sub: 'nuget|push push|delete|*',
        text: /\b(?:nuget|^nuget) (?:push|delete)\b/,
      }),
      high('pkg.ef_drop', 'Drops a database.', { sub: 'ef database drop' }),
      elevated('pkg.ef_update', 'Changes a database schema.', { sub: 'ef database update' }, 'migrate'),
    ],
  }),
  ...same('composer', { base: BUILD }),
  ...same('vsce ovsx', UPLOAD('publish')),
  ...same(
    'apt apt-get aptitude dpkg yum dnf rpm apk pacman yay zypper brew port emerge snap flatpak choco winget scoop pkg nix-env',
    system,
  ),
  ...same('nvm fnm volta asdf mise pyenv rbenv rustup conda mamba', { base: BUILD }),
  ...same(
    'make cmake ninja meson bazel just task tsc vite webpack rollup esbuild parcel next nuxt astro jest vitest mocha ava pytest tox nox unittest rspec phpunit eslint prettier oxlint oxfmt biome ruff black isort flake8 pylint mypy pyright clippy rustc gcc g++ clang javac java kotlinc swift swiftc xcodebuild playwright cypress storybook tsup swc babel ng ember knip depcheck c8 nyc coverage golangci-lint hadolint shellcheck shfmt pre-commit husky lint-staged buf protoc sqlc prisma-fmt ctest mkdocs sphinx-build hugo jekyll pandoc ffmpeg convert magick dot plantuml tectonic pdflatex latexmk',
    { base: BUILD },
  ),
  ...same('venv virtualenv build', { base: BUILD }),
  ...same('python-json.tool', { base: READ }),
  'python-http.server': { base: elevated('net.serve', 'Serves local files to the network.', {}, 'api').hit },
}
