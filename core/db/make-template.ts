import { writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'

/** Rewrites `template.gen.tar.br`; run it when the version of PGlite changes. */
const engine = await PGlite.create()
await engine.exec('VACUUM FREEZE')
// Near copies of the one database in use: without them there is half as much to unpack on first start.
for (const name of ['template0', 'template1']) {
  await engine.exec(`ALTER DATABASE ${name} IS_TEMPLATE false`)
  await engine.exec(`DROP DATABASE ${name}`)
}
await engine.exec('CHECKPOINT')
const dump = await engine.dumpDataDir('none')
const archive = Buffer.from(await dump.arrayBuffer())
const packed = brotliCompressSync(archive, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
})
writeFileSync(new URL('./template.gen.tar.br', import.meta.url), packed)
await engine.close()
