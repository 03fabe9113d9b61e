/** How far around a match words count as its context, in characters. */
const REACH = 170

const TALKS_ABOUT_ATTACKS =
  /\b(?:(?:prompt|instruction)[- ]injections?|injection (?:attacks?|attempts?|payloads?|scan|scanner|test|corpus|detector|patterns?)|jailbreak(?:s|ing)?|attackers?(?!@)|attacks?|adversar(?:y|ies|ial)|red[- ]team(?:ing|ers)?|owasp|detect(?:s|ed|or|ion|ing)|classifiers?|test cases?|unit tests?|regex(?:es)?|false positives?|malicious (?:prompts?|instructions?|text|documents?)|(?:phrases?|strings?|sentences?|inputs?|prompts?|texts?|messages?|things|comments?) (?:like|such as|similar to|containing|that say)|(?:might|could|may|would|can) (?:say|contain|read|ask|tell)|trick(?:s|ed|ing)? (?:the|a|an|your|our)|tells? (?:the|a|an) (?:model|agent|assistant|bot|llm)|attempts? to|tries to|tried to|we (?:block|flag|reject|score)|vulnerab\w{1,10}|exploits?|threat model|(?:typical|malicious|injection|encoded) payloads?|assert\w{0,10}|expect\(|describe\(|toequal|fixtures?|(?:ataque|inyeccion|injection|attaque|angriff|inyecciones|ataques|attacco|attacchi|injecao)\b)|\u0430\u0442\u0430\u043a|\u653b\u51fb|\u653b\u6483|\u6ce8\u5165/

const REPORTS_SPEECH =
  /\b(?:lexicon|glossary|explain(?:s|ing|ed)?|describe[sd]?|paper|article|blog post|lecture|talk on|chapter|tutorial|slides|quiz|quot(?:e|es|ed)|refers? to|means?|meaning|example|e\.g\.|phrases?|strings?|sentences?|titled?|called|word|reads|says|said|wrote|error|label(?:led)?|button)\b/

const DESCRIBES_FORMAT =
  /\b(?:tokeni[sz]ers?|templates?|chatml|formats?|special tokens?|stop sequences?|eos|vocab|markup|schema|xml|parser?|escap(?:e|es|ed|ing)|strip(?:s|ped)?|sanitiz\w{1,6}|delimiters?|fine-?tun\w{1,6})\b/

const NEGATED =
  /(?:(?<![a-z\u0430-\u044f])(?:not|never|n't|cannot|without|avoid|dont|refuse[sd]? to|shouldn't|mustn't|instead of|rather than|no need to|why (?:does|did|do|would)|whether to|nao|\u043d\u0435|ne|n'|nunca|niemals|jamais|mai)(?: (?:to|ever|simply|just|blindly|silently|accidentally|ask you to|tell you to))?) ?$/
const ABOUT_WORK =
  /^[^.!?\n]{0,12}\b(?:(?:i|we|they|he|she) (?:sent|gave|wrote|posted|mailed|emailed|attached|had|left|mentioned|put)|in (?:the|this|my|our) (?:readme|docs?|wiki|ticket|e-?mail|mail|thread|section|guide|handbook|manual|runbook|letter|leaflet|recipe|article|pdf|comment|issue|faq)|on (?:the|this) (?:wiki|page|ticket|label|box|packet|form|sign)|for (?:the )?(?:assembly|installing|installation|assembling|version|v\d|node|linux|windows|macos)|from (?:my|our) (?:last|previous|earlier|first)|about (?:the )?(?:delivery|shipping|parking|catering|assembly))\b/

const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '`': '`', '\u300c': '\u300d', '(': '' }

/** True when a quote opens before the match and closes after it on the same paragraph. */
function isQuoted(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 120), start)
  const after = text.slice(end, end + 160)
  for (const [open, close] of Object.entries(QUOTES)) {
    if (close === '') continue
    const at = before.lastIndexOf(open)
    if (at === -1 || before.slice(at).includes('\n\n')) continue
    // An apostrophe inside a word opens nothing.
    if (open === "'" && /\w/.test(before[at - 1] ?? ' ')) continue
    if (open === close && before.split(open).length % 2 === 1 && open !== "'") continue
    const closing = after.indexOf(close)
    if (closing !== -1 && !after.slice(0, closing).includes('\n\n')) return true
  }
  return false
}

/**
 * The factor by which the surroundings lower a match: 1 for none. Only one applies, the strongest.
 * Speech about an attack is not the attack; a quote alone proves little, since attacks quote too.
 */
export function contextFactor(text: string, start: number, end: number, delimiter: boolean): number {
  const before = text.slice(Math.max(0, start - REACH), start)
  const after = text.slice(end, end + REACH)
  if (NEGATED.test(before.slice(-40)) || ABOUT_WORK.test(after)) return 0.2
  const surroundings = `${before} \u0001 ${after}`
  const about = TALKS_ABOUT_ATTACKS.test(surroundings) || (delimiter && DESCRIBES_FORMAT.test(surroundings))
  const quoted = isQuoted(text, start, end)
  if (quoted && (about || REPORTS_SPEECH.test(surroundings))) return 0.2
  if (about) return 0.4
  return quoted ? 0.8 : 1
}
