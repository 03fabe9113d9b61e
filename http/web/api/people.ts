import type { OutputOf } from '../../client/operations.ts'

export type Grant = OutputOf<'grants_list'>['grants'][number]
export type Act = OutputOf<'activity_list'>['activity'][number]
/** What a page needs to show one setting and to check what is typed. */
export type SettingDefinition = OutputOf<'settings_get'>['definitions'][number]
