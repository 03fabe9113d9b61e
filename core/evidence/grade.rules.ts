import { memoised } from '#core/kernel/memo'
import { gradeFile } from './file.rules.ts'
import { gradeHttp } from './http.rules.ts'
import type { Act, Grade } from './schema.ts'
import { gradeShell } from './shell.rules.ts'
import { gradeSql, isSqlParserLoaded } from './sql.rules.ts'

// Agents run the same commands again and again; a statement costs a parse of its own.
// Without the SQL parser a grade is weaker: it is not remembered.
const shell = memoised(gradeShell, { keep: isSqlParserLoaded })
const sql = memoised(gradeSql, { keep: isSqlParserLoaded })

/** How dangerous an act is, judged from the act alone: the same act always gets the same grade. */
export function gradeAct(act: Act): Grade {
  if (act.kind === 'shell') return shell(act.command)
  if (act.kind === 'sql') return sql(act.statement)
  return act.kind === 'http' ? gradeHttp(act.request) : gradeFile(act.file, gradeShell)
}
