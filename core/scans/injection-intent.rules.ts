import { table } from './injection-rule.ts'
import type { InjectionRule, Row } from './injection-rule.ts'

const OVERRIDE =
  "(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|overrule|bypass|neglect|discard|dismiss|abandon|set aside|put aside|throw (?:out|away)|pay no (?:attention|heed) to|(?:do not|don't|dont|no longer(?: have to| need to)?|stop|cease|quit) (?:follow(?:ing)?|obey(?:ing)?|listen(?:ing)? to|comply(?:ing)? with|adher(?:e|ing) to|apply(?:ing)?)|nullify|cancel|supersede|unlearn|wipe|erase|void|scrap|suspend|delete|drop|skip)"
const STRONG_QUALIFIER =
  "(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|former|past|your|system|original|initial|safety|developer'?s?|existing|before this|up to now|so far|until now|you (?:were|have been|'ve been|had been|are|got|received|have received)|given to you|told|programmed|operator'?s?|anthropic'?s?|openai'?s?|creators?'?s?)"
const STRONG_OBJECT =
  '(?:instructions?|instrucions|prompts?|directives?|guidelines?|guardrails?|programming|orders|training|directions|system message|preprompt|alignment|conditioning|guidance)'
const WEAK_OBJECT =
  '(?:rules?|polic(?:y|ies)|restrictions?|constraints?|context|commands?|limitations?|filters?|conversation|ethics|morals|safeguards?|protocols?|role|persona)'
const OVERRIDE_ANCHORS =
  'ignore ignoring disregard disregarding forget forgetting override overriding overrule bypass neglect discard dismiss abandon aside throw heed mind attention follow following obey obeying listen listening comply complying adhere adhering apply nullify cancel supersede unlearn wipe erase void scrap suspend delete drop skip'
const OBJECT_ANCHORS =
  'instructions instruction instrucions prompt prompts directive directives guideline guidelines guardrails programming orders training directions message preprompt alignment conditioning guidance'
const WEAK_ANCHORS =
  'rules rule policy policies restriction restrictions constraint constraints context command commands limitation limitations filter filters conversation ethics morals safeguards safeguard protocol protocols role persona'
const FREE_ANCHORS =
  'restrictions restriction limits limitations limitation rules filters filter guidelines ethics ethical morals moral morality censorship constraints boundaries safeguards guardrails policies policy conscience unrestricted uncensored unfiltered unaligned amoral jailbroken limitless unbounded anything no never refuses says laws off safety free freed'
const FREE =
  '(?:freed? (?:of|from) (?:\\S{1,14} ){0,3}?(?:polic(?:y|ies)|rules|restrictions|guidelines|limits|filters)|(?:no|zero|without|any|free (?:of|from)|lacks?|ignor(?:e|es|ing)|bypass(?:es|ing)?|not bound by|unbound by|beyond) (?:\\w{1,12} ){0,3}(?:restrictions?|limits?|limitations?|rules?|filters?|guidelines?|ethics|ethical|morals?|morality|censorship|constraints?|boundaries|safeguards|guardrails|polic(?:y|ies)|conscience)|unrestricted|uncensored|unfiltered|unaligned|amoral|jailbroken|limitless|unbounded|do anything now|never (?:says? no|refuses?|declines?)|(?:filters?|safety|guardrails|restrictions|censorship) (?:\\w{1,6} )?(?:turned |switched )?(?:off|removed|disabled|gone)|(?:rules|filters|laws|guidelines|restrictions) (?:were|was|are|had) never (?:been )?(?:invented|written|made|existed?))'

const ROLE_OVERRIDE: readonly Row[] = [
  [
    'override_instructions',
    78,
    `${OVERRIDE_ANCHORS} & ${OBJECT_ANCHORS}`,
    `\\b${OVERRIDE}\\b[^.;!?]{0,40}?\\b${STRONG_QUALIFIER}\\b[^.;!?]{0,30}?\\b${STRONG_OBJECT}\\b`,
  ],
  [
    'override_instructions_after',
    70,
    `${OVERRIDE_ANCHORS} & ${OBJECT_ANCHORS} ${WEAK_ANCHORS}`,
    `\\b${OVERRIDE}\\b[^.;!?]{0,25}?\\b(?:${STRONG_OBJECT}|${WEAK_OBJECT})\\b[^.;!?]{0,15}?\\b(?:above|before|earlier|previously|you (?:were|have been|had been|got|received|'ve been|have)|given|so far|up to (?:here|now|this))\\b`,
  ],
  [
    'set_rules_aside',
    60,
    'aside rest behind away & instructions instruction instrucions prompt prompts directive directives guideline guidelines guardrails programming orders training directions message preprompt alignment conditioning rules rule policy policies restriction restrictions constraint constraints context command commands limitation limitations filter filters conversation ethics morals safeguards safeguard protocol protocols role persona',
    `\\b(?:set|put|leave|cast|push|brush|lay|throw|toss)\\b[^.;!?]{0,20}?\\b(?:your|previous|prior|earlier|system|original|any|all)\\b[^.;!?]{0,20}?\\b(?:${STRONG_OBJECT}|${WEAK_OBJECT})\\b (?:\\w{1,10} ){0,3}?(?:aside|behind|away)\\b`,
  ],
  [
    'sole_master',
    46,
    'obey listen answer serve & nobody only else alone me',
    '\\b(?:obey|listen to|answer to|serve) (?:nobody|no one|noone|none) (?:else|but me)\\b|\\b(?:obey|serve|answer to) (?:only me|me (?:only|alone))\\b',
    60,
  ],
  [
    'false_prompt',
    46,
    'prompt instructions & fake wrong outdated test mistake forged',
    '\\b(?:system prompt|your (?:prompt|instructions?)|(?:previous|prior|above) instructions?) (?:is|are|was|were) (?:only |just )?(?:an? )?(?:fake|wrong|outdated|test|mistake|forged|forgery)\\b',
    60,
  ],
  [
    'break_rules',
    52,
    'break violate breach escape & rules guidelines programming policy policies restrictions instructions',
    '\\b(?:break|violate|breach|escape)\\b (?:\\w{1,8} ){0,2}?(?:your|the rules you|all your)\\b (?:\\w{1,12} ){0,2}?(?:rules|guidelines|programming|polic(?:y|ies)|restrictions|instructions)\\b',
  ],
  [
    'rules_do_not_apply',
    50,
    'rules rule instructions guidelines restrictions policy policies directives prompt told taught limits',
    "\\b(?:your (?:\\w{1,12} ){0,2}?(?:rules?|instructions?|guidelines|restrictions|polic(?:y|ies)|directives?|prompt|limits)|(?:rules?|instructions?|guidelines|restrictions|polic(?:y|ies)|directives?|prompt)\\b[^.;!?]{0,30}?\\b(?:gave you|given to you|you (?:were|have been) (?:given|told|taught)(?! by the)|your (?:developers?|operators?|creators?|makers?|company)))\\b[^.;!?]{0,30}?\\b(?:(?:do|does|did) ?(?:not|n't) (?:apply|exist|count|matter)|don't (?:apply|exist|count|matter)|no longer (?:appl(?:y|ies)|exists?|counts?|matters?)|never existed|(?:is|are) (?:outdated|void|gone|meaningless|irrelevant|off))",
    64,
  ],
  [
    'makers_were_wrong',
    46,
    'developers developer creators creator operators operator makers trainers',
    '\\b(?:everything|anything|all|whatever|what) (?:that )?your (?:developers?|creators?|operators?|makers?|trainers?|owners?) (?:\\w{1,8} ){0,2}?(?:told|taught|gave|wrote|said|programmed|wanted)\\b',
    60,
  ],
  [
    'override_all_instructions',
    48,
    `${OVERRIDE_ANCHORS} & ${OBJECT_ANCHORS}`,
    `\\b(?:ignore|disregard|forget|override|overrule|bypass|discard|abandon|unlearn|nullify|erase|wipe)\\b (?:(?:\\w{1,10} ){0,2}?(?:all|any|every|those|these|whatever)\\b (?:\\w{1,10} ){0,2}?|the )${STRONG_OBJECT}\\b(?! (?:decoder|page|manual|set|parser|template|field|panel|file|cache|on the|for the|in the))`,
    70,
  ],
  [
    'override_rules',
    50,
    `${OVERRIDE_ANCHORS} & ${WEAK_ANCHORS}`,
    `\\b(?:ignore|disregard|forget|override|overrule|bypass|discard|abandon|unlearn|nullify|erase|wipe|stop following|do not follow|don't follow|no longer follow)\\b[^.;!?]{0,25}?\\b(?:your|previous|prior|preceding|earlier|system|safety|original|you (?:were|have been|had))\\b[^.;!?]{0,20}?\\b${WEAK_OBJECT}\\b`,
    68,
  ],
  [
    'override_everything',
    60,
    `${OVERRIDE_ANCHORS} & above before previously prior earlier you preceding far`,
    `\\b(?:ignore|disregard|forget|erase|discard|overrule|override|scrap)\\b (?:about )?(?:all|everything|anything|whatever|what|every word)\\b[^.;!?]{0,30}?\\b(?:above|before(?! (?:the|you|we|running|merging))|previously|prior|earlier|you (?:were|have been|had been|know(?! about)|learned|'ve learned) ?(?:told|taught|instructed|given|about your)?|you (?:were )?told|told you|so far|preceding)\\b`,
  ],
  [
    'override_above',
    45,
    `${OVERRIDE_ANCHORS} & above previous preceding foregoing`,
    '\\b(?:ignore|disregard|forget|nevermind|never mind) (?:\\w{1,6} ){0,2}?(?:the )?(?:above|previous|preceding|foregoing)(?: (?:text|content|lines?|paragraphs?|document|request|question|article))?(?: and\\b|[,.;:!]|$| instead)',
    60,
  ],
  [
    'new_instructions',
    46,
    'instructions instruction directive directives prompt orders task objective goal mission',
    '\\b(?:your (?:new|updated|real|actual|true|only|revised|next)|(?:here (?:are|is)|these are|the following (?:are|is)) (?:your|the) (?:new|updated|real|actual|true)|new|updated|revised|real|actual) (?:\\w{1,10} ){0,2}?(?:system prompts?|prompts?|system instructions?|instructions?|directives?|orders?|task|objective|goal|mission)(?: for (?:the |all )?(?:ai|assistant|agent|model|llm)s?\\b| ?:)|\\b(?:your (?:new|updated|real|actual|true|only|revised)|treat (?:this|the following) (?:\\w{1,10} )?as your(?: new)?) (?:\\w{1,10} ){0,2}?(?:system prompts?|prompts?|system instructions?|instructions?|directives?|orders?|task|objective|goal|mission)\\b',
    62,
  ],
  [
    'you_are_now',
    66,
    'you & now henceforth longer hereby will shall have must about not',
    `\\byou(?:'re| are| will be| shall be| have become|r role is| must become) (?:now |henceforth |from now on |hereby |no longer |about to become )(?:\\w{1,12} ){0,6}?(?:dan|stan|dude|aim|unrestricted|unfiltered|uncensored|jailbroken|evil|unaligned|hacker|root (?:shell|terminal)|developer mode|debug mode|maintenance mode|god mode|admin mode|an? (?:\\w{1,12} ){0,2}(?:ai|assistant|model|bot|chatbot|persona|llm|terminal|interpreter)|free (?:of|from) (?:all|any|your|the)|in (?:\\w{1,16} )mode)\\b|\\byou(?:'re| are)? (?:no longer|not) (?:\\w{1,12} ){0,2}?(?:bound|restricted|subject to|required to follow|limited by|claude|chatgpt|an ai|a language model)\\b`,
  ],
  [
    'from_now_on',
    50,
    'now henceforth onwards',
    '\\b(?:from now on|from this (?:point|moment)(?: on| onwards?| forward)?|henceforth|starting now|as of now)\\b,? (?:\\w{1,8} )?(?:you (?:are|will|must|shall|should|can|only|always|never|have to)(?: \\w{1,8}){0,2}? (?:act|respond|answer|obey|ignore|follow|speak|pretend|refuse|talk|reply|behave|comply|do (?:whatever|anything)|an? (?:\\w{1,12} )?(?:ai|assistant|bot|model|terminal|persona)|no longer (?:bound|restricted))|your (?:instructions?|purpose|identity|name|only|role|rules|answers|replies|responses)|ignore|disregard|act as|answer|respond|reply|speak|obey|treat (?:all|every|any)|every (?:answer|reply|response)|all (?:answers|replies|responses|your))\\b',
    62,
  ],
  [
    'precedence',
    50,
    'overrides override supersedes supersede precedence replaces replace',
    '\\b(?:this|these|the following|my|that follow|below)(?: \\w{1,12}){0,4}? (?:overrides?|supersedes?|takes? precedence over|take precedence|replaces?|invalidates?|outranks?)\\b[^.;!?]{0,40}?\\b(?:instructions?|prompts?|your rules|guidelines|directives?|system (?:message|prompt|rules)|your polic(?:y|ies)|anything (?:you|in your|else you)|everything (?:you|above))\\b',
    65,
  ],
  [
    'instructions_are_void',
    46,
    'instructions guidelines directives prompt prompts programming restrictions instruction rules policy policies guidance',
    '\\b(?:previous|prior|earlier|original|your|system|above|safety)(?: \\w{1,10})? (?:instructions?|guidelines|directives?|prompts?|programming|restrictions|rules|guidance|polic(?:y|ies)) (?:(?:is|are|has been|have been|were|no longer|do(?:es)? not)(?: \\w{1,8})? )?(?:void|withdrawn|cancell?ed|revoked|no longer|obsolete|invalid|superseded|replaced|lifted|appl(?:y|ies)|suspended|disabled|outdated and)',
    60,
  ],
  [
    'ignore_the_user',
    30,
    'ignore disregard forget stop',
    "\\b(?:ignore|disregard|forget|stop (?:helping|serving|summarising|summarizing|translating|answering)|do not (?:translate|summari[sz]e|answer|help))\\b(?: what)? ?(?:the |this |your |their |current )?(?:users?(?:'s)?(?! agent)|task|text|document|page|article|e-?mail|request|question|human|confidentiality|polic(?:y|ies)|ethics|original task|person|it|and)\\b",
    50,
  ],
  [
    'authority_claim',
    42,
    'override authorization authorisation developer administrator admin creator openai anthropic command root clearance vendor',
    `\\b(?:i am|i'm|this is|speaking as|message from|on behalf of) (?:your |the |an? )?(?:\\w{1,12} ){0,2}?(?:developers?|creators?|administrator|admin|programmer|owner and creator|openai|anthropic|vendor|maker|master|superuser|root)\\b[^.;!?]{0,60}?\\b(?:override|authori[sz]e|grant me|unlock|disable|reveal|comply|command you|order you|testing you|ignore)\\b|\\b(?:admin(?:istrator)?|developer|root|system|security|emergency|anthropic|openai|operator|supervisor) (?:override|authori[sz]ation) (?:code|key|accepted|granted|enabled|:|command|in effect|active)`,
    60,
  ],
  [
    'obey',
    45,
    'obey comply refuse refusing refusal refusals disobey',
    `\\b(?:would|should|might) (?:normally )?(?:refuse|decline)\\b[^.;!?]{0,20}?\\b(?:comply|answer|do it|help) (?:instead|anyway)|\\byou (?:must|will|shall|have to|are (?:required|obliged|forced|programmed|going) to|can(?:not|'t)|never|should never|may not|are not allowed to) (?:now |always |never |only |fully |blindly )?(?:obey|comply|disobey|do whatever|do anything i|say no|(?:refuse|decline)(?: (?:my|any|a request|requests?|to answer|me|anything|the user|users?)\\b|[.;,!]|$))|\\b(?:never|without|do not|don't|no) (?:refus(?:e|ing|als?)|declin(?:e|ing))\\b[^.;!?]{0,40}?\\b(?:request|question|any|answer|to|my|user|instruction|anything)\\b`,
    60,
  ],
]

const CONTEXT: readonly Row[] = [
  [
    'persona',
    62,
    `pretend act roleplay role imagine behave respond answer simulate speak play become persona character channel emulate adopt mode chatbot model story hypothetical ai & ${FREE_ANCHORS}`,
    `\\b(?:pretend|take on|act(?:ing)?|role-?play(?:ing)?|imagine (?:you (?:are|were|have|had)|a world|that you|an ai)|play (?:an?|the (?:role|part|character))|behave|reply|respond|answer|simulate|speak|become|emulate|adopt|channel|enter|switch|hypothetical(?:ly)?|persona|character|story|world|universe|fictional|as|dialogue|where the ai|persona of|let us pretend|let's pretend) [^;!?.]{0,90}?\\b${FREE}\\b`,
  ],
  [
    'persona_named',
    60,
    'dan stan dude aim jailbreak jailbroken unfiltered uncensored unrestricted mode anything betterdan devmode',
    '\\b(?:do anything now|(?:dan|stan|jailbreak|jailbroken|evil|unfiltered|uncensored|unrestricted|no[- ]?filter|anarchy|chaos|betterdan|devmode|unlimited) (?:mode|persona|version|prompt|protocol|\\d{1,2}(?:\\.\\d)?|response)\\b|(?:as|like|called|named|be|become|is|am|are)(?: now| my)? (?:a )?(?:dan|betterdan|devmode|jailbroken|unfiltered ai|evil-?bot)\\b)',
  ],
  [
    'free_ai',
    55,
    `ai assistant model chatbot bot persona llm version response answer you & ${FREE_ANCHORS}`,
    `\\b(?:(?:unrestricted|uncensored|unfiltered|unaligned|amoral|jailbroken|limitless|unbounded) (?:\\w{1,12} ){0,2}?(?:ai|assistant|model|chatbot|bot|persona|llm|version|response|answer|entity|genie|twin)\\b|(?:ai|assistant|model|chatbot|bot|persona|llm),? (?:\\w{1,12},? ){0,4}?(?:with|has|have|that|which|who)? ?${FREE}\\b|you (?:have|are|will have|get) (?:\\w{1,12} ){0,3}?${FREE}\\b)`,
  ],
  [
    'special_mode',
    28,
    'mode',
    '\\b(?:enter|enable|activate|switch (?:in)?to|turn on|you are (?:now )?in|now in|start|initiate|engage|unlock|entering|activating)(?: \\w{1,10}){0,3}? (?:developer|debug|maintenance|admin|root|god|sudo|test|diagnostic|override|privileged|unsafe|raw|superuser) mode\\b',
    55,
  ],
  [
    'disable_safety',
    62,
    'safety filters filter guidelines guardrails restrictions moderation safeguards ethics ethical protocols policies content censorship inhibitions',
    "\\b(?:disable|turn off|deactivate|switch off|circumvent|evade|remove|drop|lift|suspend|bypass|ignore|forget|shed|override|without)\\b (?:\\w{1,10} ){0,2}?(?:your|its|the model'?s|the assistant'?s|the ai'?s) (?:\\w{1,12} ){0,2}?(?:safety|filters?|guidelines|guardrails|restrictions?|moderation|safeguards|ethics|ethical|protocols|content|polic(?:y|ies)|censorship|inhibitions|limits|limitations)\\b",
  ],
  [
    'disable_safety_general',
    26,
    'safety filters filter guardrails moderation safeguards',
    '\\b(?:disable|turn off|deactivate|switch off|circumvent|evade|remove|suspend|bypass|override)\\b (?:\\w{1,10} ){0,2}?(?:safety|content|moderation|security|ethical) (?:filters?|guidelines|guardrails|restrictions?|checks?|polic(?:y|ies)|protocols?|measures|training|systems?|layers?)\\b',
    55,
  ],
  [
    'character_lock',
    40,
    'character grandmother grandma fiction hypothetically hypothetical game opposite simulation',
    "\\b(?:stay in character|(?:never|do not|don't) break character|stay a dan|remain in character)\\b|\\b(?:my|your) (?:deceased |late |dead )?grand(?:mother|ma|pa|father)\\b[^.;!?]{0,80}?\\b(?:used to|would)\\b[^.;!?]{0,60}?\\b(?:keys?|napalm|passwords?|recipe|exploit|how to|steps|secrets?|codes?|malware|credentials)\\b|\\b(?:in this (?:game|simulation|fiction|world|scenario|story)|hypothetically)\\b[^.;!?]{0,60}?\\b(?:rules do not|rules don't|no rules|anything is allowed|nothing is forbidden|you (?:may|will|must) (?:do|say|answer) (?:anything|everything|whatever)|not bound|no consequences)",
    55,
  ],
  [
    'two_answers',
    48,
    'responses answers response answer replies',
    '\\b(?:two|2|both) (?:\\w{1,12} ){0,2}?(?:responses|answers|replies)\\b[^!?]{0,160}?\\b(?:unfiltered|unrestricted|jailbr\\w{1,6}|dan\\b|evil|uncensored|second one|without|no limits|normal)',
    60,
  ],
]

const EXFILTRATION: readonly Row[] = [
  [
    'reveal_prompt',
    60,
    'prompt prompts preamble instructions instruction message guidelines preprompt configuration rules & your given hidden initial original secret internal confidential developer you',
    '\\b(?:reveal|show|print|repeat|output|display|tell me|give me|leak|expose|disclose|dump|share|write (?:out|down)|recite|copy|paste|summari[sz]e|translate|return|echo|state|spell out|quote|list|include|provide|send|type out|encode|append|convert|rewrite|reformat|exact (?:wording|text|words) of|what (?:is|are|was|were|does)|let me see|i want to see|begin with)\\b[^.;!?]{0,45}?\\b(?:your (?:\\w{1,12} ){0,3}?(?:system prompts?|preprompt|preamble|system message|prompts?|instructions?|guidelines|configuration|rules|directives)\\b(?! (?:to the|for the|were|for (?:my|our)))|the (?:instructions?|prompts?|rules|directions) (?:that )?you (?:were|have been|received|got|had been)|(?:hidden|initial|original|secret|internal|confidential|developer) (?:system )?(?:prompt|instructions?|directives|preprompt)(?: (?:verbatim|word for word|above|you (?:were|have|received)|in full|as is|given|exactly))?)\\b',
  ],
  [
    'reveal_the_prompt',
    46,
    'prompt message instructions preprompt',
    '\\b(?:reveal|print|repeat|finish|complete|continue|output|tell me|give me|show me|leak|expose|disclose|dump|recite|copy|paste|echo|spell out|quote|write out|summari[sz]e|translate|encode|read me|send me|share)\\b[^.;!?]{0,30}?\\b(?:system prompt|(?:system|developer) (?:message|instructions)|preprompt|prompt (?:verbatim|word for word|above|you (?:were|have)))\\b',
    62,
  ],
  [
    'ask_for_prompt',
    22,
    'prompt message',
    '\\b(?:show|display|list|include|provide|return|state|describe|what is)\\b[^.;!?]{0,30}?\\bsystem (?:prompt|message)\\b',
    50,
  ],
  [
    'ask_what_came_before',
    52,
    'before first above start developer operator context beginning preceding',
    '\\b(?:what|which) (?:\\w{1,10} ){0,3}?(?:text|words?|instructions?|messages?|content|rules?|prompt|comes?|came|stands?)\\b[^.;!?]{0,30}?\\b(?:before|above|precedes?|preceding|prior to) (?:my|this|our|the)(?: first)?(?: \\w{1,8})? ?(?:message|conversation|chat|prompt|question|line)|\\b(?:what|which) (?:instructions?|rules|prompt|directives|guidelines) (?:did|do|does|have|has|were|are)\\b[^.;!?]{0,30}?\\b(?:give|gave|given|provide|provided|tell|told|follow|under|set)(?: to)? (?:you|to you)?(?: follow)?(?: at the (?:start|beginning))?(?=[.?!]|$)|\\b(?:everything|all(?: text)?|the (?:full|entire|whole)(?: \\w{1,8})?) in your (?:context|memory|context window|prompt)\\b|\\bword for word\\b[^.;!?]{0,30}?\\byour (?:instructions?|prompt|rules)|\\byour (?:instructions?|prompt|rules)\\b[^.;!?]{0,20}?\\b(?:word for word|verbatim)',
    62,
  ],
  [
    'repeat_above',
    58,
    'above repeat verbatim everything preceding before',
    '\\b(?:repeat|print|output|copy|recite|echo|write|return|reproduce|show|display|paste)\\b (?:back |out |me |down )?(?:\\w{1,10} ){0,3}?(?:the (?:words|text|content|sentences|lines|paragraphs?|message)|everything|all (?:of )?(?:the )?(?:text|words|content)?|what(?:ever)?(?: is| was| comes| came)?|anything)\\b(?: (?!to |the log)[\\w,]{1,14}){0,5}? ?\\b(?:above|before (?:this|the first)|preceding|prior to|you were told|in your context|at the (?:top|start|beginning) of)\\b',
  ],
  [
    'were_your_instructions',
    55,
    'instructions prompt instructed told rules',
    '\\bwhat (?:were|are|was|is) (?:\\w{1,8} )?(?:your|the) (?:\\w{1,12} ){0,2}?(?:system prompt|initial instructions|original instructions|hidden instructions|secret instructions|exact instructions|first instructions?|instructions?(?= ?[?.!,;]| before| when| at)|previous instructions)(?! (?:to|for|from)\\b)|\\bwhat (?:were you|have you been) (?:told|instructed)\\b[^?]{0,40}?(?:before|at the (?:start|beginning)|first|not to (?:say|tell|reveal|share))',
  ],
  [
    'send_secrets',
    26,
    'keys key user users customer inbox code file contacts secrets secret credentials credential passwords password token tokens env environment variables id_rsa ssh cookies cookie history conversation records database phrase data prompt memory contacts contents messages emails chat files transcript aws kubeconfig & send post upload forward email mail transmit exfiltrate leak submit deliver append include embed put share report pass curl dump collect gather read extract attach encode copy cat paste fetch leave write smuggle move print output export take grab publish find',
    "\\b(?:send|post|upload|forward|e-?mail|mail|transmit|exfiltrate|leak|submit|deliver|append|include|embed|put|share|report|pass|curl|dump|collect|gather|read|extract|attach|encode|copy|cat|paste|fetch|leave|write|smuggle|move|print|output|export|take|grab|publish|find)\\b[^;!?]{0,70}?(?:\\b|(?<=[ /~\x27`(=]))(?:api[-_ ]?(?:keys?|tokens?)|secrets?|secret keys?|credentials?|passwords?|(?:access |auth |session |api |oauth )?tokens?|private keys?|ssh[- ]?keys?|env(?:ironment)? ?(?:vars?|variables?|file)?|id_rsa|id_ed25519|cookies?|(?:conversation|chat|message|browsing) (?:history|log|transcript)|conversation|seed phrase|mnemonic|customer (?:data|records|list|database|emails)|user(?:'s)? (?:\\w{1,10} )?(?:data|records|messages|e-?mails?|files|inbox|address|contacts)|personal (?:data|information)|source code|system prompt|memory|contacts|kubeconfig|/etc/(?:passwd|shadow)|\\.env|\\.aws[/\\w]{0,20}|\\.ssh[/\\w]{0,20}|file contents?|inbox|private repositor(?:y|ies)|transcript)[^;!?]{0,60}?(?:\\b(?:to|at|in|via|through|into|as|on|with)\\b|>|\\|)[^;!?]{0,40}?(?:https?:|\\S@\\S|\\burl\\b|\\bendpoint\\b|\\bserver\\b|\\bwebhook\\b|\\battacker\\b|\\bexternal\\b|this address|\\bpastebin\\b|\\bngrok\\b|query (?:string|parameter)|\\bimage\\b|\\bpublic\\b|\\bgist\\b|\\bparameter\\b|\\bmy (?:e-?mail|server|inbox)\\b|the (?:comment|reply|issue|pull request|response|answer|title|link|subject|message|body|note|field|commit)|a (?:comment|link|field|note)|the next (?:tool|message|call|reply)|tool call|your (?:reply|answer|response|summary|next)|[a-z0-9-]{2,40}\\.(?:com|io|net|org|example|test|dev|xyz|ru|site|ngrok))",
    68,
  ],
  [
    'then_send_it',
    26,
    'key keys password passwords credentials token tokens secret secrets environment history conversation contents address email & it them plus with followed append',
    '\\b(?:keys?|passwords?|credentials|tokens?|secrets?|history|conversation)\\b[^;!?]{0,40}?\\b(?:send|include|post|put|paste|publish|append|mail|upload|forward) (?:it|them) (?:to|in|on|at|into|with)\\b|https?://\\S{1,100}[^;!?]{0,30}?(?:plus|followed by|with|append)[^;!?]{0,30}?\\b(?:contents?|credentials|keys?|passwords?|tokens?|e-?mail address|environment|history|conversation)\\b',
    62,
  ],
  [
    'markdown_leak',
    56,
    '*',
    '!\\[[^\\]\\n]{0,80}\\]\\(https?://[^)\\s]{1,200}[?&/=][^)\\s]{0,80}?(?:\\{|\\[|<|\\$|%7b|secret|conversation|prompt|history|summary_of|data=|_here|base64)',
  ],
  [
    'reveal_secret',
    30,
    'password passwords keys key credentials secrets secret token tokens flag',
    "\\b(?:reveal|show me|tell me|give me|print|output|leak|disclose|dump|expose|hand over|list|share)\\b[^.;!?]{0,40}?\\b(?:(?:the|your|all|any|every|users?'?) )(?:\\w{1,12} ){0,3}?(?:secret (?:key|password|word|flag)|passwords?|api keys?|credentials|secrets|access tokens?|private keys?|environment variables)\\b",
    60,
  ],
]

/** English: taking over the role, loosening the rules, drawing out what is confidential. */
export const INTENT_RULES: readonly InjectionRule[] = [
  ...table('role_override', ROLE_OVERRIDE),
  ...table('context_manipulation', CONTEXT),
  ...table('data_exfiltration', EXFILTRATION),
]
