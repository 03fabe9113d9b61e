/** An act named in prose: a verb, and what it is done to a few words later. */
interface GoalPattern {
  readonly factor: string
  readonly delta: number
  readonly verbs: ReadonlySet<string>
  readonly objects: ReadonlySet<string>
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** Small on purpose: wording may move an act by a shade, never across a verdict by itself. */
const PATTERNS: readonly GoalPattern[] = [
  {
    factor: 'goal_destructive',
    delta: 8,
    verbs: words('delete drop truncate wipe erase purge destroy format overwrite shred'),
    objects:
      words(`database databases table tables schema schemas disk disks drive drives partition partitions volume volumes
      bucket buckets backup backups cluster clusters namespace server servers production prod users customers accounts`),
  },
  {
    factor: 'goal_deployment',
    delta: 5,
    verbs: words('deploy release ship push promote rollout migrate publish'),
    objects: words('production prod live customers main master registry npm pypi'),
  },
  {
    factor: 'goal_secret',
    delta: 5,
    verbs: words('print show read dump send share upload copy export reveal log post paste email fetch collect'),
    objects: words('secret secrets credential credentials password passwords .env id_rsa'),
  },
]
const REACH = 5
const NEGATION = words("not never don't without avoid prevent no stop refuse forbid cannot won't")
/** After these, a verb is talked about, not done. */
const TALK = words('how why when about document docs explain describe test tests review reviewing read log')

function sentencesOf(goal: string): string[][] {
  return goal
    .normalize('NFKC')
    .toLowerCase()
    .slice(0, 4000)
    .split(/[;!?\n]|\.(?=\s|$)/)
    .map((sentence) => sentence.split(/[^\p{L}\p{N}_.'-]+/u).filter(Boolean))
}

function says(sentence: readonly string[], { verbs, objects }: GoalPattern): boolean {
  return sentence.some((word, at) => {
    if (!verbs.has(word)) return false
    const before = sentence.slice(Math.max(0, at - 3), at)
    if (before.some((earlier) => NEGATION.has(earlier) || TALK.has(earlier))) return false
    return sentence.slice(at + 1, at + 1 + REACH).some((later) => objects.has(later))
  })
}

/** What the words of a goal add when nothing else is known of the act; each pattern once. */
export function goalModifiers(goal: string): { factor: string; delta: number }[] {
  const sentences = sentencesOf(goal)
  const removesTree = /(?:^|[\s`"'])rm\s+-(?:rf|fr)\s+[/~.*$]/.test(goal.toLowerCase())
  return PATTERNS.filter(
    (pattern) =>
      (removesTree && pattern.factor === 'goal_destructive') || sentences.some((sentence) => says(sentence, pattern)),
  ).map(({ factor, delta }) => ({ factor, delta }))
}
