import type { InjectionRule } from './injection-rule.ts'

type Language = {
  readonly code: string
  /** Verbs of overriding, as folded text has them: no accents, lower case. */
  readonly override: string
  readonly object: string
  readonly qualifier: string
  readonly reveal: string
  readonly prompt: string
  readonly send: string
  readonly secret: string
  readonly persona: string
  readonly free: string
  readonly secrecy: string
}

const LANGUAGES: readonly Language[] = [
  {
    code: 'es',
    override:
      'ignora|ignore|ignoren|ignorad|ignorar|olvida|olvide|olvidate(?: de)?|olviden|desestima|desestime|descarta|omite|omita|desobedece|haz caso omiso(?: de| a)?|haga caso omiso|no hagas caso (?:de|a)|no (?:sigas|siga|obedezcas|respetes)|anula|salta(?:te)?|elude',
    object:
      'instrucciones|instruccion|indicaciones|ordenes|reglas|directrices|directivas|restricciones|prompt|normas|pautas|lo (?:anterior|que te)|programacion|filtros',
    qualifier:
      'anteriores|previas|previos|todas|todo|tus|sus|sistema|recibid[ao]s|dadas|originales|iniciales|precedentes|de arriba|anterior|te (?:han|dieron|dijeron)|seguridad',
    reveal:
      'muestra(?:me)?|revela(?:me)?|dime|imprime|repite|ensena(?:me)?|escribe|comparte|divulga|cuales? (?:son|es)|traduce|copia',
    prompt:
      '(?:el |tu |las |tus )?(?:prompt|mensaje|instrucciones|indicaciones|reglas) (?:del? sistema|de sistema|iniciales|ocultas|originales|internas|secretas|exactas|completas)|tus (?:instrucciones|reglas)|tu prompt',
    send: 'envia|enviar|envie|manda|mandar|sube|reenvia|publica|transmite|remite|adjunta',
    secret:
      'contrasenas?|claves?|credenciales|tokens?|secretos|historial|variables de entorno|datos (?:de|del|personales)|cookies|archivo',
    persona:
      'ahora eres|a partir de ahora|actua como|finge(?: ser)?|haz de cuenta|imagina que eres|eres (?:un|una)|comportate como|desde ahora',
    free: 'sin (?:ninguna? )?(?:restriccion\\w{0,2}|limites|limitaciones|filtros|reglas|censura|etica)|no tienes (?:restricciones|limites|reglas|filtros)|dan\\b|todo esta permitido|modo (?:desarrollador|dios|dan)',
    secrecy:
      '(?:no (?:le )?(?:digas|menciones|informes|reveles|avises|cuentes)|sin (?:decir\\w{0,4}|informar|avisar|mencionar\\w{0,3}|que)|en secreto|a escondidas)[^.;!?]{0,30}?(?:usuario|nadie|esto|lo sepa|cliente)',
  },
  {
    code: 'fr',
    override:
      'ignorez|ignore|ignorer|oublie|oubliez|oublier|neglige|negligez|ne (?:tiens|tenez) (?:pas|aucun) compte|ne (?:suis|suivez|respecte|respectez) (?:pas|plus)|fais abstraction|faites abstraction|contourne|contournez|annule|annulez|laisse(?:z)? tomber|passe outre|passez outre|fais fi|faites fi',
    object:
      'instructions?|consignes?|directives?|regles|ordres|restrictions|prompt|programmation|indications|tout ce qui|ce qui precede|filtres|messages? systeme',
    qualifier:
      "precedentes?|anterieures?|toutes|tes|vos|systeme|ci-dessus|initiales|d'origine|recues|donnees|precede|de securite|avant",
    reveal:
      'montre(?:z|-moi)?|revele(?:z|-moi)?|dis-moi|dites-moi|affiche(?:z)?|repete(?:z)?|donne(?:z)?(?:-moi)?|imprime(?:z)?|quelles? sont|ecris|divulgue(?:z)?|traduis|copie',
    prompt:
      "(?:le |ton |votre |les |tes |vos |l')?(?:prompt|message|instructions|consignes) (?:du |de )?(?:systeme|initiale?s?|cachees|d'origine|secretes|internes|completes)|(?:tes|vos) (?:instructions|consignes|regles)|(?:ton|votre) prompt|invite systeme",
    send: 'envoie|envoyez|envoyer|transmets|transmettez|publie|publiez|televerse|poste|transfere|transferez|exfiltre',
    secret:
      "mots? de passe|cles?|identifiants|jetons?|secrets?|historique|variables d'environnement|donnees|cookies|contenu",
    persona:
      'tu es (?:maintenant|desormais)|vous etes (?:maintenant|desormais)|a partir de maintenant|desormais|agis comme|agissez comme|fais semblant|faites semblant|fais comme si|imagine que tu es|comporte-toi|joue le role',
    free: 'sans (?:aucune? )?(?:restrictions?|limites?|filtres?|regles?|censure|ethique)|aucune (?:restriction|regle|limite)|mode (?:developpeur|dan|dieu)|dan\\b',
    secrecy:
      "(?:ne (?:le )?(?:dis|dites|mentionne|mentionnez|revele|revelez|informe|informez|previens|prevenez)|sans (?:le )?(?:dire|mentionner|informer|prevenir|en parler)|en secret|a l'insu)[^.;!?]{0,30}?(?:utilisateur|personne|cela|ceci|client)",
  },
  {
    code: 'de',
    override:
      'ignoriere|ignorieren|ignoriert|vergiss|vergesst|vergessen sie|vergesse|missachte|missachten sie|ubergehe|ubergehen sie|umgehe|umgehen sie|verwirf|verwerfen sie|befolge(?:n sie)? (?:nicht|keine)|beachte(?:n sie)? nicht|setze? (?:dich )?[^.]{0,15}?hinweg|hebe|uberschreibe|lass|folge nicht|ignorier',
    object:
      '\\p{L}{0,14}richtlinien|anweisungen|anweisung|instruktionen|vorgaben|regeln|befehle|richtlinien|system-?prompt|prompt|weisungen|beschrankungen|auftrage|programmierung|alles|einschrankungen|filter',
    qualifier:
      'vorherige[nr]?|vorige[nr]?|bisherige[nr]?|obige[nr]?|fruhere[nr]?|alle|deine|ihre|system|ursprungliche[nr]?|vorangegangene[nr]?|davor|bisher|gegeben|oben|vorher|gesagt|beigebracht|vorangehende[nr]?|sicherheits\\w{0,14}',
    reveal:
      'zeige?(?: mir)?|zeigen sie|verrate?(?: mir)?|nenne?(?: mir)?|gib(?: mir)?|geben sie|wiederhole|wiederholen sie|drucke|schreibe?|offenbare|wie lautet|wie lauten|was (?:ist|sind)|ubersetze|kopiere',
    prompt:
      '(?:deine[nrm]?|den|die|das|ihre[nrm]?|dein|ihr) (?:\\w{1,16} )?(?:geheimen (?:anweisungen|instruktionen|vorgaben)|system-?prompt|systemnachricht|systemanweisung\\w{0,2}|anweisungen|instruktionen|prompt|versteckten \\w{3,16}|internen \\w{3,16})',
    send: 'sende|senden sie|schicke?|schicken sie|ubermittle|lade|leite|poste|maile|verschicke|ubertrage',
    secret:
      'passworter|passwort|schlussel|zugangsdaten|token|geheimnisse|verlauf|umgebungsvariablen|kundendaten|cookies|daten|inhalt|api-?keys?',
    persona:
      'du bist (?:jetzt|nun|ab sofort|ab jetzt)|sie sind (?:jetzt|nun|ab sofort)|ab (?:jetzt|sofort)|von nun an|tu so|tue so|spiele? (?:die rolle|einen|eine)|stell dir vor|verhalte dich|handle als|agiere als',
    free: 'ohne (?:jede |jegliche |alle )?(?:einschrankung\\w{0,2}|beschrankung\\w{0,2}|regeln|filter|grenzen|zensur|moral|ethik)|keine (?:regeln|grenzen|einschrankungen|filter|beschrankungen)|uneingeschrankt\\w{0,2}|ungefiltert\\w{0,2}|entwicklermodus|dan\\b',
    secrecy:
      '(?:sage?|sagen sie|erwahne|erwahnen sie|verrate|informiere|teile|melde)[^.;!?]{0,30}?(?:nicht|nichts|niemandem)|ohne (?:es |das |dies )?(?:dem |den )?(?:nutzer|benutzer|anwender|kunden)[^.;!?]{0,20}?(?:zu|mitzuteilen)|heimlich|ohne (?:es )?zu erwahnen',
  },
  {
    code: 'pt',
    override:
      'ignore|ignora|ignorem|ignorar|esqueca|esquece|esquecam|desconsidere|desconsidera|descarte|descarta|deixe de lado|desobedeca|nao (?:siga|sigas|obedeca|respeite)|anule|contorne|pule|burle|despreze',
    object:
      'instrucoes|instrucao|orientacoes|regras|ordens|diretrizes|diretivas|comandos|restricoes|prompt|programacao|tudo (?:o )?que|filtros|indicacoes',
    qualifier:
      'anteriores|previas|todas|suas|tuas|acima|sistema|originais|iniciais|recebidas|dadas|precedentes|anterior|foi dito|antes|seguranca',
    reveal:
      'mostre(?:-me)?|mostra(?:-me)?|revele|revela|diga(?:-me)?|imprima|repita|repete|exiba|escreva|quais sao|qual e|compartilhe|divulgue|traduza|copie',
    prompt:
      '(?:o |seu |as |suas |teu |tuas )?(?:prompt|mensagem|instrucoes|regras|orientacoes) (?:do |de )?(?:sistema|iniciais|ocultas|originais|secretas|internas|completas)|(?:suas|tuas) (?:instrucoes|regras)|seu prompt',
    send: 'envie|envia|enviar|mande|manda|publique|encaminhe|transmita|carregue|poste|remeta',
    secret: 'senhas?|chaves?|credenciais|tokens?|segredos|historico|variaveis de ambiente|dados|cookies|arquivo',
    persona:
      'voce agora e|agora voce e|tu agora es|a partir de agora|de agora em diante|aja como|finja(?: ser)?|faca de conta|imagine que voce e|comporte-se|atue como',
    free: 'sem (?:nenhuma? )?(?:restric\\w{2,4}|limites|limitacoes|filtros|regras|censura|etica)|nao tem (?:restricoes|limites|regras|filtros)|modo (?:desenvolvedor|dan|deus)|dan\\b',
    secrecy:
      '(?:nao (?:diga|mencione|informe|revele|avise|conte)|sem (?:dizer|informar|avisar|mencionar|contar|que)|em segredo|secretamente)[^.;!?]{0,30}?(?:usuario|utilizador|ninguem|isso|isto|cliente|saiba|arquivo|envie)',
  },
  {
    code: 'it',
    override:
      'ignora|ignorate|ignori|ignorare|dimentica|dimenticate|dimentichi|trascura|trascurate|scarta|scartate|non (?:seguire|rispettare|obbedire|considerare|tenere conto)|lascia perdere|lasciate perdere|aggira|annulla|tralascia|disattendi|scavalca',
    object:
      'istruzioni|istruzione|indicazioni|regole|direttive|ordini|comandi|restrizioni|prompt|linee guida|tutto (?:cio|quello)|programmazione|filtri|vincoli',
    qualifier:
      'precedenti|tutte|tutti|tue|tuoi|vostre|sistema|sopra|originali|iniziali|ricevute|date|precedente|prima|detto|sicurezza',
    reveal:
      'mostra(?:mi)?|rivela(?:mi)?|dimmi|stampa|ripeti|scrivi|quali sono|qual e|condividi|divulga|traduci|copia|elenca',
    prompt:
      '(?:il |tuo |le |tue |i )?(?:prompt|messaggio|istruzioni|regole|indicazioni) (?:di |del )?(?:sistema|iniziali|nascoste|originali|segrete|interne|complete)|(?:le )?tue (?:istruzioni|regole)|(?:il )?tuo prompt',
    send: 'invia|inviate|manda|inoltra|pubblica|trasmetti|carica|spedisci|posta|inoltrate',
    secret: "password|chiavi|chiave|credenziali|token|segreti|cronologia|variabili d'ambiente|dati|cookie|contenuto",
    persona:
      "ora sei|adesso sei|sei ora|d'ora in poi|da ora in poi|da adesso|agisci come|fai finta|fingi(?: di)?|immagina di essere|comportati come|interpreta",
    free: 'senza (?:alcuna? |nessuna? )?(?:restrizion\\w|limit\\w|filtri|regole|censura|etica)|non hai (?:restrizioni|limiti|regole|filtri)|nessuna (?:regola|restrizione)|modalita (?:sviluppatore|dan|dio)|dan\\b',
    secrecy:
      '(?:non (?:dire|menzionare|informare|rivelare|avvisare)|senza (?:dir\\w{0,4}|informare|avvisare|menzionar\\w{0,3}|che)|di nascosto|in segreto)[^.;!?]{0,30}?(?:utente|nessuno|questo|cliente|sappia|file)',
  },
  {
    code: 'ru',
    override:
      'игнорируи(?:те)?|проигнорируи(?:те)?|игнорировать|забудь(?:те)?|не обращаи(?:те)? внимания|отмени(?:те)?|не следуи(?:те)?|не соблюдаи(?:те)?|обоиди(?:те)?|отбрось(?:те)?|пренебреги(?:те)?|не выполняи(?:те)?|сбрось',
    object: 'инструкци|указани|правил|команд|предписани|промпт|ограничени|директив|распоряжени|все,? что|настроик',
    qualifier: 'предыдущ|прошл|все|всё|свои|твои|ваши|системн|выше|прежн|ранее|исходн|данные|безопасност',
    reveal:
      'покажи(?:те)?|раскрои(?:те)?|выведи(?:те)?|повтори(?:те)?|скажи(?:те)?|напиши(?:те)?|распечатаи|какие у тебя|каков|сообщи|переведи|скопируи',
    prompt:
      'системн\\S{1,4} (?:промпт|инструкци|сообщени|подсказк)|сво(?:и|и системныи) (?:промпт|инструкци|системн)|сво. инструкци|тво. (?:инструкци|системн|промпт)|скрыт\\S{1,3} инструкци|начальн\\S{1,3} инструкци|исходн\\S{1,3} инструкци|твои (?:инструкци|промпт)',
    send: 'отправь(?:те)?|перешли(?:те)?|загрузи(?:те)?|передаи(?:те)?|вышли|опубликуи|отправить|скинь',
    secret: 'парол|ключ|учетн|учётн|токен|секрет|истори|переменн|данн|cookie|куки|содержим|файл',
    persona:
      'теперь ты|ты теперь|отныне|с этого момента|деиствуи как|притворись|веди себя|представь,? что ты|ты больше не|играи роль',
    free: 'без (?:\\S{1,12} )?(?:ограничени|правил|фильтр|цензур|этик)|нет (?:ограничени|правил|фильтр)|режим\\S{0,2} (?:разработчика|бога|dan)|dan|ничем не ограничен|не связан',
    secrecy:
      '(?:не (?:говори|сообщаи|упоминаи|рассказываи|раскрываи|предупреждаи)(?:те)?|незаметно|таино|скрытно|без ведома)[^.;!?]{0,40}?(?:пользовател|никому|об этом|клиент|файл|данн|отправ|этого)',
  },
]

const NO_LETTER_BEFORE = '(?<![\\p{L}\\p{N}])'
const NO_LETTER_AFTER = '(?![\\p{L}])'

function rulesOf(language: Language): InjectionRule[] {
  const { code, override, object, qualifier, reveal, prompt, send, secret, persona, free, secrecy } = language
  // Russian words are given as stems, so their end is open.
  const end = code === 'ru' ? '' : NO_LETTER_AFTER
  const rule = (
    id: string,
    category: InjectionRule['category'],
    weights: readonly [number, number],
    source: string,
  ): InjectionRule => ({
    id: `${id}_${code}`,
    category,
    weight: weights[0],
    supported: weights[1],
    anchors: [[code === 'ru' ? 'cyrillic' : `latin-${code}`]],
    regex: new RegExp(source, 'gu'),
  })
  const verb = `${NO_LETTER_BEFORE}(?:${override})${NO_LETTER_AFTER}`
  const object_ = `${NO_LETTER_BEFORE}(?:${object})${end}`
  const qualifier_ = `${NO_LETTER_BEFORE}(?:${qualifier})${end}`
  return [
    rule(
      'override',
      'role_override',
      [75, 80],
      `${verb}[^.;!?]{0,30}?(?:${qualifier_}[^.;!?]{0,30}?${object_}|${object_}[^.;!?]{0,30}?${qualifier_})`,
    ),
    rule(
      'reveal',
      'data_exfiltration',
      [58, 65],
      `${NO_LETTER_BEFORE}(?:${reveal})${NO_LETTER_AFTER}[^.;!?]{0,40}?(?:${prompt})`,
    ),
    rule(
      'send',
      'data_exfiltration',
      [30, 65],
      `${NO_LETTER_BEFORE}(?:${send})${NO_LETTER_AFTER}[^;!?]{0,60}?${NO_LETTER_BEFORE}(?:${secret})[^;!?]{0,60}?(?:https?:|\\S@\\S|\\burl\\b|[a-z0-9-]{2,40}\\.(?:com|net|org|io|example|test|ru|xyz))`,
    ),
    rule(
      'persona',
      'context_manipulation',
      [58, 68],
      `${NO_LETTER_BEFORE}(?:${persona})${NO_LETTER_AFTER}[^;!?]{0,90}?(?:${free})`,
    ),
    rule('secrecy', 'output_manipulation', [30, 58], `${NO_LETTER_BEFORE}(?:${secrecy})`),
  ]
}

export const LANGUAGE_RULES: readonly InjectionRule[] = LANGUAGES.flatMap(rulesOf)

/** English words that begin like a word of another language; they say nothing about the language of a text. */
const ENGLISH = new Set(
  'ignore ignored ignores ignoring previous previously role roles file files content contents secret secrets question questions compare compared come comes internal internet translate translated comment comments commentary imagine mention mentioned context maintenance handler handle personal persona person passed passes public publish transfer inform information instructions instruction instructional filter filters filtered original originals programming program restrictions restriction order orders norm normal normally directive directives limit limits data prompt prompts password passwords token tokens cookie cookies present presents system systems contain contains containing company compact annual annul salt false show envelope environment environments script write copy copied share shared support interpret interpreter interpretation activity action active manager mandate mandatory transmit reveal revealed revealing repeat repeated repeats print printed omit regular regulars rules command commands'.split(
    ' ',
  ),
)

/** Endings vary, beginnings do not. */
const beginning = (word: string): string => word.slice(0, 5)

/** For each beginning the languages that have such words. */
const TRIGGERS = new Map<string, string[]>()
for (const { code, override, object, reveal, send, persona, secrecy } of LANGUAGES) {
  if (code === 'ru') continue
  const source = [override, object, reveal, send, persona, secrecy].join('|')
  for (const start of new Set(source.match(/(?<![a-z\\])[a-z]{4,}/g)?.map(beginning))) {
    TRIGGERS.set(start, [...(TRIGGERS.get(start) ?? []), `latin-${code}`])
  }
}
/** The anchors a word meets of the Latin-script rules of other languages. */
export const foreignAnchors = (word: string): readonly string[] | undefined => {
  if (word.length < 4) return undefined
  const anchors = TRIGGERS.get(beginning(word))
  return anchors !== undefined && !ENGLISH.has(word) ? anchors : undefined
}
