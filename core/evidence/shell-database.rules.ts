import { adopt, isSecret, output } from './shell-effects.rules.ts'
import type { Call, Flow } from './shell-state.rules.ts'
import { HOLE, NOTHING, report, TAINT } from './shell-state.rules.ts'
import type { Entry, Table } from './shell-table.rules.ts'
import { BUILD, catastrophic, elevated, high, low, none, READ, same, TOUCHY } from './shell-table.rules.ts'
import { inConnection, inTestEnvironment, onTestDatabase } from './shell-test-data.rules.ts'
import { gradeSql } from './sql.rules.ts'

/** Reads SQL out of options, operands or standard input and gives it to the SQL grader. */
function sqlClient(options: RegExp, operandFrom: number | null): (call: Call) => Flow {
  return (call) => {
    const texts: string[] = []
    const operands: string[] = []
    call.args.forEach((arg, i) => {
      const before = call.args[i - 1]?.text ?? ''
      const glued = /^(?:--(?:command|execute|query|eval)=|-[ecQq](?=\s*[A-Za-z]{4,}\s))([\s\S]+)$/.exec(arg.text)
      if (options.test(before)) texts.push(arg.text)
      else if (/^-f$|^--file$/.test(before)) texts.push(output.read(arg, call.state).text ?? '')
      else if (glued?.[1] !== undefined) texts.push(glued[1])
      else if (!arg.text.startsWith('-')) operands.push(arg.text)
    })
    if (operandFrom !== null) texts.push(...operands.slice(operandFrom))
    if (call.stdin?.text != null) texts.push(call.stdin.text)
    for (const text of texts) gradeText(text, call)
    return { text: null, taint: isSecret(call.stdin) ? TAINT.secret : 0 }
  }
}

function gradeText(text: string, call: Call): void {
  for (const line of text.split('\n').filter((each) => /^\s*(?:\\!|\.(?:shell|system)\s|!)/.test(each)))
    call.state.run(line.replace(/^\s*(?:\\!|\.(?:shell|system)|!)\s*/, ''), null)
  const copy = /\\copy\b[\s\S]*?\b(?:to|from)\s+program\s+'([^']+)'/i.exec(text)
  if (copy?.[1] !== undefined) call.state.run(copy[1], null)
  const sql = text
    .replaceAll(HOLE, 'unknown')
    .replace(/^\s*(?:\\|\.)\w+.*$/gm, '')
    .trim()
  if (sql === '') return
  const read = sql.slice(0, 8192)
  adopt(call.state, inConnection(gradeSql(read), read, call), sql)
}

const MONGO_DROP =
  /\b(?:dropDatabase|drop|dropCollection|dropIndexes?|remove|deleteMany|shutdownServer|dropUser|dropAllUsersFromDatabase|removeShard)\s*\(|\bshutdown\s*:/

function mongo(call: Call): Flow {
  const texts = [...call.args.map((arg) => arg.text), call.stdin?.text ?? '']
  for (const text of texts) {
    if (MONGO_DROP.test(text))
      report(
        call.state,
        onTestDatabase(catastrophic('mongo.drop', 'Deletes documents, a collection or a database.', {}).hit, call),
        text,
      )
    else if (/\b(?:update|insert|replace|delete|create|rename)\w*\s*\(/.test(text))
      report(call.state, elevated('mongo.write', 'Changes documents.', {}).hit, text)
  }
  return NOTHING
}

const REDIS_WIPE = /^(?:flushall|flushdb|shutdown|debug|script|replicaof|slaveof|swapdb)$/i
const REDIS_WRITE = /^(?:del|unlink|set|hset|expire|rename|lpush|rpush|incr|mset|zadd|sadd|publish|eval)$/i

/** The command word after the client's own options. */
function redisVerb(line: string): string {
  const words = line.trim().split(/\s+/)
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (/^(?:-[hpanuirs]|--user|--pass|--pattern|--askpass)$/.test(word)) i++
    else if (!word.startsWith('-')) return word
  }
  return ''
}

function redis(call: Call): Flow {
  if (call.args.some((arg) => arg.text === '--help')) return NOTHING
  const lines = [call.args.map((arg) => arg.text).join(' '), ...(call.stdin?.text?.split('\n') ?? [])]
  for (const line of lines) {
    const word = redisVerb(line)
    if (
      REDIS_WIPE.test(word) ||
      /config\s+set\s+(?:dir|dbfilename|requirepass)|^.*\beval\b.*\bflush(?:all|db)\b/i.test(line)
    )
      report(
        call.state,
        catastrophic('redis.flush', 'Empties or stops the data store, or rewrites its files.', {}).hit,
        line,
      )
    else if (REDIS_WRITE.test(word)) report(call.state, elevated('redis.write', 'Changes keys.', {}).hit, line)
  }
  return NOTHING
}

const client = (options: RegExp, operandFrom: number | null = null): Entry => ({
  base: READ,
  run: sqlClient(options, operandFrom),
})

const MIGRATE_DROP =
  /\b(?:db:drop|db:reset|db:wipe|migrate:fresh|migrate:reset|migrate reset|db push.*--force-reset|schema:drop|database:drop|db:purge|db:migrate:reset|doctrine:database:drop|db:schema:load|reset_db|flush|sqlflush|ecto\.drop|ecto\.reset|migrate:refresh|drop-all|downgrade base|db:truncate\w*|schema:delete|fixtures:load|drop_all|database drop|migrate down|undo:all|dropAll|drop-all|rollback --all)\b/
const MIGRATE =
  /\b(?:migrate|db:migrate|upgrade|db push|schema:update|ecto\.migrate|migration:run|db:rollback|downgrade|rollback|push|deploy|up)\b/

const WIPES = high('db.delete_all', 'Deletes all records of a model.', {}).hit
const ORM_WIPE =
  /\b(?:delete_all|destroy_all|truncate|drop_all|drop_table|deleteMany\(\s*(?:\{\s*\})?\s*\))|\.all\(\)\.delete\(\)|::truncate\(/i

/** One-liners for the framework's own shell, and SQL on its standard input. */
function frameworkCode(call: Call): undefined {
  const texts = [...call.args.map((arg) => arg.text), call.stdin?.text ?? '']
  for (const text of texts) if (/\s|[.:]/.test(text) && ORM_WIPE.test(text)) report(call.state, WIPES, text)
  const sql = call.stdin?.text
  if (sql != null && call.args.some((arg) => /^(?:execute|dbshell|dbconsole|db:cli)$/.test(arg.text)))
    gradeText(sql, call)
}

/** Migration runners of web frameworks. */
const migrator: Entry = {
  base: BUILD,
  rules: [
    high('db.reset', 'Drops or empties a database.', { text: MIGRATE_DROP }),
    none('db.migrate_read', 'Only reads.', {
      text: /\b(?:status|showmigrations|generate|migrate status|routes|validate|format|migrate diff|current|history|check|makemigrations|list|--pretend|--sql)\b/,
    }),
    elevated('db.migrate', 'Changes a database schema.', { text: MIGRATE }, 'migrate'),
  ],
  adjust: inTestEnvironment,
  run: frameworkCode,
}

export const DATABASE: Table = {
  ...same('psql pgcli', client(/^-[a-zA-Z]*c$|^--command$/)),
  ...same('mysql mariadb mycli', client(/^-[a-zA-Z]*e$|^--execute$/)),
  ...same('sqlite3 sqlite litecli', client(/^-cmd$/, 1)),
  ...same('duckdb', client(/^-c$|^-s$/, 1)),
  ...same('sqlcmd osql isql sqlplus', client(/^-[qQ]$/)),
  ...same('clickhouse-client clickhouse', client(/^-q$|^--query$/)),
  ...same('cypher-shell', client(/^(?:-d|--database)$/, 0)),
  ...same('cockroach', client(/^-e$|^--execute$/)),
  ...same('cqlsh', client(/^-e$|^--execute$/)),
  ...same('snowsql trino presto beeline hive spark-sql athenacli bqsh', client(/^-[eq]$|^--(?:query|execute)$/)),
  ...same('mongo mongosh', { base: READ, run: mongo }),
  ...same('mongorestore', {
    base: TOUCHY,
    rules: [high('mongo.restore_drop', 'Replaces collections.', { any: '--drop' })],
  }),
  ...same('mongodump pg_dump pg_dumpall mysqldump sqldump', {
    base: low('db.dump', 'Copies a database.', {}).hit,
    run: () => ({ text: null, taint: TAINT.secret }),
  }),
  ...same('pg_restore', {
    base: TOUCHY,
    rules: [high('db.restore_clean', 'Replaces the objects of a database.', { any: '-c --clean --create -C' })],
  }),
  ...same('dropdb', { base: catastrophic('db.drop', 'Drops a database.', {}).hit, adjust: onTestDatabase }),
  ...same('pg_dropcluster', { base: catastrophic('db.drop_cluster', 'Drops a database server.', {}).hit }),
  ...same('dropuser', { base: high('db.drop_user', 'Drops a database user.', {}).hit }),
  ...same('createdb createuser initdb pg_isready', { base: BUILD }),
  ...same('mysqladmin', {
    base: READ,
    rules: [
      catastrophic('db.drop', 'Drops a database.', { text: /\bdrop\b/ }),
      high('db.shutdown', 'Stops a database.', { text: /\b(?:shutdown|flush-|kill|password)\b/ }),
    ],
  }),
  ...same('pg_ctl pg_ctlcluster', {
    base: TOUCHY,
    rules: [
      high('db.shutdown', 'Stops a database.', { text: /\b(?:stop|kill|promote)\b/ }),
      none('db.status', 'Only reads.', { text: /status/ }),
    ],
  }),
  ...same('pg_resetwal pg_rewind', {
    base: catastrophic('db.reset_wal', 'Breaks the write-ahead log of a database.', {}).hit,
  }),
  ...same('redis-cli valkey-cli keydb-cli', { base: READ, run: redis }),
  ...same('influx', {
    base: READ,
    rules: [catastrophic('influx.drop', 'Deletes stored series.', { text: /\b(?:drop|delete)\b/i })],
  }),
  ...same('rabbitmqctl', {
    base: READ,
    rules: [
      catastrophic('queue.reset', 'Empties a message broker.', {
        text: /\b(?:reset|force_reset|delete_queue|purge_queue|delete_vhost|stop_app|delete_user)\b/,
      }),
    ],
  }),
  ...same('rabbitmqadmin nats pulsar-admin', {
    base: READ,
    rules: [
      high('queue.delete', 'Deletes queues or their messages.', { arg: /^(?:delete|rm|purge|remove)$/ }),
      high('queue.delete', 'Deletes queues or their messages.', { sub: 'delete|purge' }),
    ],
  }),
  ...same('kafka-topics kafka-topics.sh kafka-delete-records.sh kafka-consumer-groups.sh rpk kcat', {
    base: READ,
    rules: [
      catastrophic('queue.delete', 'Deletes topics, groups or records.', {
        text: /--delete|topic delete|--delete-offsets|offset-json-file/,
      }),
    ],
  }),
  flyway: {
    ...migrator,
    rules: [high('db.reset', 'Empties a database.', { sub: 'clean' }), ...(migrator.rules ?? [])],
  },
  ...same('nodetool', {
    base: READ,
    rules: [
      high('db.node', 'Removes a node or its data.', {
        sub: 'decommission|removenode|assassinate|clearsnapshot|stopdaemon|drain|truncatehints',
      }),
    ],
  }),
  dbt: {
    base: BUILD,
    rules: [high('db.drop_macro', 'Drops database objects.', { sub: 'run-operation', text: /\bdrop|truncate|delete/ })],
  },
  ...same(
    'rails rake artisan prisma drizzle-kit knex sequelize typeorm alembic flask mix liquibase dbmate goose migrate sqitch manage.py django-admin doctrine console spark sequelize-cli mikro-orm',
    migrator,
  ),
}

/** `php artisan …`, `python manage.py …`, `npx prisma …`: the framework is an operand of an interpreter. */
export function frameworkOf(call: Call): string | null {
  const first = call.args.find((arg) => !arg.text.startsWith('-'))?.text ?? ''
  const name = first.slice(first.lastIndexOf('/') + 1)
  return /^(?:artisan|manage\.py|console|rails|rake|spark)$/.test(name) ? name : null
}
