import { memoised } from '#core/kernel/memo'
import { gradeFile } from './file.rules.ts'
import { gradeHttp } from './http.rules.ts'
import type { Act, Grade } from './schema.ts'
import { gradeShell } from './shell.rules.ts'
import { gradeSql } from './sql.rules.ts'

// Agents run the same commands again and again; a statement costs a parse of its own.
const shell = memoised(gradeShell)
const sql = memoised(gradeSql)

/** How dangerous an act is, judged from the act alone: the same act always gets the same grade. */
export function gradeAct(act: Act): Grade {
  if (act.kind === 'shell') return shell(act.command)
  if (act.kind === 'sql') return sql(act.statement)
  return act.kind === 'http' ? gradeHttp(act.request) : gradeFile(act.file, gradeShell)
}
