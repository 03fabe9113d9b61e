const filler = new Set(
  `a about all am an and any are as at be been by can did do does for from had has have he her his how i if in into is it its
  made many may me much must my need of on one or our out please shall she should so some somebody something that the their
  them then there these they this those to up us want was we were what when which who whose will with you your`.split(
    /\s+/,
  ),
)

/**
 * What people say beside the words the operations are described with. Of a query only: an operation is found by what it
 * says of itself and by these.
 */
const said: Readonly<Record<string, string>> = {
  abort: 'cancel',
  accept: 'approve',
  add: 'create',
  ahead: 'approve decide',
  allow: 'approve decide',
  alter: 'change',
  approve: 'decide',
  audit: 'ledger recorded entries',
  authorize: 'approve',
  back: 'cancel withdraw',
  backtest: 'replay',
  blocked: 'decision clauses',
  configure: 'settings change',
  config: 'settings',
  credential: 'key',
  decline: 'deny',
  delete: 'remove',
  deny: 'decide',
  disable: 'pause',
  dry: 'simulate',
  edit: 'change',
  emergency: 'halt kill',
  enable: 'activate',
  enforce: 'activate',
  erase: 'remove',
  freeze: 'halt pause',
  generate: 'create',
  grant: 'approve',
  guardrail: 'policy',
  history: 'revisions',
  inbox: 'approvals list pending',
  limit: 'policy budget rate',
  log: 'ledger recorded entries',
  make: 'create',
  modify: 'change',
  money: 'cost',
  new: 'create',
  organisation: 'organization',
  pending: 'list',
  permission: 'approve',
  permit: 'approve',
  price: 'cost',
  publish: 'activate',
  queue: 'approvals list pending',
  reactivate: 'resume',
  refuse: 'deny',
  reject: 'deny',
  resolve: 'close',
  rid: 'remove',
  rollback: 'revisions',
  rule: 'policy',
  spend: 'cost',
  spent: 'cost',
  statistics: 'count stats',
  stop: 'halt start kill pause block',
  succeed: 'ended outcome',
  suspend: 'pause',
  switch: 'kill',
  tamper: 'ledger prove',
  task: 'loop',
  todo: 'loop list',
  trail: 'ledger recorded entries',
  undo: 'cancel',
  unfreeze: 'resume',
  unhalt: 'halt lift',
  unpause: 'resume',
  usage: 'cost tokens',
  verify: 'prove',
  version: 'revisions',
  waiting: 'pending approvals list',
  why: 'explain decision',
  write: 'create',
}

/** Words in lower case, without plural and verb endings, so that "approving policies" finds "approve a policy". */
export function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).filter((word) => !filler.has(word)).map(stem)
}

/** What these words of a query may have meant as well. */
export function alsoMeant(words: readonly string[]): string[] {
  return words.flatMap((word) => meant.get(word) ?? []).filter((word) => !words.includes(word))
}

function stem(word: string): string {
  const one = word.length <= 3 ? word : word.replace(/ies$/, 'y').replace(/([^s])s$/, '$1')
  const bare = one.replace(/(?<=\w{3})(?:ing|ed|ion|al)$/, '').replace(/([^aeiousl])\1$/, '$1')
  return bare.replace(/(?<=\w{3})e$/, '').replace(/y$/, 'i')
}

const meant = new Map(Object.entries(said).map(([word, others]) => [stem(word), wordsOf(others)]))
