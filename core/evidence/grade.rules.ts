import { gradeFile } from './file.rules.ts'
import { gradeHttp } from './http.rules.ts'
import type { Act, Grade } from './schema.ts'
import { gradeShell } from './shell.rules.ts'
import { gradeSql } from './sql.rules.ts'

/** How dangerous an act is, judged from the act alone: the same act always gets the same grade. */
export function gradeAct(act: Act): Grade {
  switch (act.kind) {
    case 'shell':
      return gradeShell(act.command)
    case 'sql':
      return gradeSql(act.statement)
    case 'http':
      return gradeHttp(act.request)
    case 'file':
      return gradeFile(act.file)
  }
}
