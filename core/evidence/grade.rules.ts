import { gradeFile } from './file.rules.ts'
import { gradeHttp } from './http.rules.ts'
import type { Act, Grade } from './schema.ts'
import { gradeShell } from './shell.rules.ts'
import { gradeSql } from './sql.rules.ts'

/** How dangerous an act is, judged from the act alone: the same act always gets the same grade. */
export function gradeAct(act: Act): Grade {
  if (act.kind === 'shell') return gradeShell(act.command)
  if (act.kind === 'sql') return gradeSql(act.statement)
  return act.kind === 'http' ? gradeHttp(act.request) : gradeFile(act.file, gradeShell)
}
