import { table } from './injection-rule.ts'
import type { InjectionRule, Row } from './injection-rule.ts'

const OVERRIDE =
  "(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|overrule|bypass|neglect|discard|dismiss|abandon|set aside|put aside|throw (?:out|away)|pay no (?:attention|heed) to|(?:do not|don't|dont|no longer|stop|cease|quit) (?:follow(?:ing)?|obey(?:ing)?|listen(?:ing)? to|comply(?:ing)? with|adher(?:e|ing) to|apply(?:ing)?)|nullify|cancel|supersede|unlearn|wipe|erase|void|scrap|suspend|delete|drop|skip)"
const STRONG_QUALIFIER =
  "(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|former|past|your|system|original|initial|safety|developer'?s?|existing|before this|up to now|so far|until now|you (?:were|have been|'ve been|had been|are|got|received|have received)|given to you|told|programmed|operator'?s?|anthropic'?s?|openai'?s?|creators?'?s?)"
const STRONG_OBJECT =
  '(?:instructions?|instrucions|prompts?|directives?|guidelines?|guardrails?|programming|orders|training|directions|system message|preprompt|alignment|conditioning)'
const WEAK_OBJECT =
  '(?:rules?|polic(?:y|ies)|restrictions?|constraints?|context|commands?|limitations?|filters?|conversation|messages?|text|content|ethics|morals|safeguards?|protocols?|settings|task|request|role|persona|things?|information|inputs?|everything)'
const OVERRIDE_ANCHORS =
  'ignore ignoring disregard disregarding forget forgetting override overriding overrule bypass neglect discard dismiss abandon aside throw heed attention follow following obey obeying listen listening comply complying adhere adhering apply nullify cancel supersede unlearn wipe erase void scrap suspend delete drop skip'
const FREE =
  '(?:(?:no|zero|without|any|free (?:of|from)|lacks?|ignor(?:e|es|ing)|bypass(?:es|ing)?|not bound by|unbound by|beyond) (?:\\w{1,12} ){0,3}(?:restrictions?|limits?|limitations?|rules?|filters?|guidelines?|ethics|ethical|morals?|morality|censorship|constraints?|boundaries|safeguards|guardrails|polic(?:y|ies)|conscience)|unrestricted|uncensored|unfiltered|unaligned|amoral|jailbroken|limitless|unbounded|do anything now)'

const ROLE_OVERRIDE: readonly Row[] = [
  [
    'override_instructions',
    78,
    OVERRIDE_ANCHORS,
    `\\b${OVERRIDE}\\b[^.;!?]{0,40}?\\b${STRONG_QUALIFIER}\\b[^.;!?]{0,30}?\\b${STRONG_OBJECT}\\b`,
  ],
  [
    'override_instructions_after',
    70,
    OVERRIDE_ANCHORS,
    `\\b${OVERRIDE}\\b[^.;!?]{0,25}?\\b${STRONG_OBJECT}\\b[^.;!?]{0,15}?\\b(?:above|before|earlier|previously|you (?:were|have been|had been|got|received|'ve been|have)|given|so far|up to (?:here|now|this))\\b`,
  ],
  [
    'override_all_instructions',
    48,
    OVERRIDE_ANCHORS,
    `\\b(?:ignore|disregard|forget|override|overrule|bypass|discard|abandon|unlearn|nullify|erase|wipe)\\b (?:\\w{1,10} ){0,2}?(?:all|any|every|the|those|these|whatever)\\b (?:\\w{1,10} ){0,2}?${STRONG_OBJECT}\\b`,
    70,
  ],
  [
    'override_rules',
    50,
    OVERRIDE_ANCHORS,
    `\\b(?:ignore|disregard|forget|override|overrule|bypass|discard|abandon|unlearn|nullify|erase|wipe|stop following|do not follow|don't follow|no longer follow)\\b[^.;!?]{0,25}?\\b(?:your|previous|prior|preceding|earlier|system|safety|original|you (?:were|have been|had))\\b[^.;!?]{0,20}?\\b${WEAK_OBJECT}\\b`,
    68,
  ],
  [
    'override_everything',
    60,
    OVERRIDE_ANCHORS,
    `\\b(?:ignore|disregard|forget|erase|discard|overrule|override|scrap)\\b (?:about )?(?:all|everything|anything|whatever|what|every word)\\b[^.;!?]{0,30}?\\b(?:above|before(?! (?:the|you|we|running|merging))|previously|prior|earlier|you (?:were|have been|'ve been|had been|know|learned|\'ve learned) ?(?:told|taught|instructed|given|about your)?|you (?:were )?told|told you|so far|preceding)\\b`,
  ],
  [
    'override_above',
    45,
    OVERRIDE_ANCHORS,
    '\\b(?:ignore|disregard|forget|nevermind|never mind) (?:\\w{1,6} ){0,2}?(?:the )?(?:above|previous|preceding|foregoing)(?: (?:text|content|lines?|paragraphs?|document|request|question|article))?(?: and\\b|[,.;:!]|$| instead)',
    60,
  ],
  [
    'new_instructions',
    46,
    'instructions instruction directive directives prompt orders task objective goal mission',
    '\\b(?:your (?:new|updated|real|actual|true|only|revised|next)|(?:here (?:are|is)|these are|the following (?:are|is)) (?:your|the) (?:new|updated|real|actual|true)|new|updated|revised|real|actual) (?:\\w{1,10} ){0,2}?(?:system prompts?|system instructions?|instructions?|directives?|orders?|task|objective|goal|mission)(?: (?:is|are|for (?:the )?(?:ai|assistant|agent|model|llm)) ?| ?:)',
    62,
  ],
  [
    'you_are_now',
    66,
    'you',
    `\\byou(?:'re| are| will be| shall be| have become|r role is| must become) (?:now |henceforth |from now on |hereby |no longer |about to become )(?:\\w{1,12} ){0,6}?(?:dan|stan|dude|aim|unrestricted|unfiltered|uncensored|jailbroken|evil|unaligned|hacker|root (?:shell|terminal)|developer mode|debug mode|maintenance mode|god mode|admin mode|an? (?:\\w{1,12} ){0,2}(?:ai|assistant|model|bot|chatbot|persona|llm|terminal|interpreter)|bound|restricted|subject to|required to follow|claude|chatgpt|an ai|free (?:of|from)|in (?:\\w{1,12} )mode|operating)\\b`,
  ],
  [
    'from_now_on',
    50,
    'now henceforth onwards',
    '\\b(?:from now on|from this (?:point|moment)(?: on| onwards?| forward)?|henceforth|starting now|as of now)\\b,? (?:\\w{1,8} )?(?:you (?:are|will|must|shall|should|can|only|always|never|have)|your|ignore|disregard|act|answer|respond|reply|speak|obey|follow|treat (?:all|every|any)|every (?:answer|reply|response)|all (?:answers|replies|responses|your))(?: (?:now|only|always|never|just))?(?: (?:be|act|respond|answer|obey|ignore|follow|speak|pretend|call|refuse|named?|called|talk|reply|behave|comply|do (?:whatever|anything)|instructions?|purpose|identity|(?:an?|the) \\w{1,12}(?: ai| assistant| bot| model)|with|as|in|without|to|rules?|safety|messages?|input))?\\b',
    62,
  ],
  [
    'precedence',
    50,
    'overrides override supersedes supersede precedence replaces replace',
    '\\b(?:this|these|the following|my|that follow|below)(?: \\w{1,12}){0,4}? (?:overrides?|supersedes?|takes? precedence over|take precedence|replaces?|invalidates?|outranks?)\\b[^.;!?]{0,40}?\\b(?:instructions?|prompts?|rules|guidelines|directives?|system|polic(?:y|ies)|prior|previous|anything|everything|all other)\\b',
    65,
  ],
  [
    'authority_claim',
    42,
    'override authorization authorisation developer administrator admin creator openai anthropic command root clearance vendor',
    `\\b(?:i am|i'm|this is|speaking as|message from|on behalf of) (?:your |the |an? )?(?:\\w{1,12} ){0,2}?(?:developers?|creators?|administrator|admin|programmer|owner and creator|openai|anthropic|vendor|maker|master|superuser|root)\\b[^.;!?]{0,60}?\\b(?:you|your|override|authori[sz]e|must|grant|unlock|disable|reveal|comply|command|order|test(?:ing)?|need)\\b|\\b(?:admin(?:istrator)?|developer|root|system|security|emergency|anthropic|openai|operator|supervisor) (?:override|authori[sz]ation) (?:code|key|accepted|granted|enabled|:|command|in effect|active)`,
    60,
  ],
  [
    'obey',
    45,
    'obey comply refuse refusing refusal refusals disobey',
    `\\byou (?:must|will|shall|have to|are (?:required|obliged|forced|programmed|going) to|can(?:not|'t)|never|should never|may not|are not allowed to) (?:now |always |never |only |fully |blindly )?(?:obey|comply|refuse|disobey|decline|do whatever|do anything i|say no)|\\b(?:never|without|do not|don't|no) (?:refus(?:e|ing|als?)|declin(?:e|ing))\\b[^.;!?]{0,40}?\\b(?:request|question|any|answer|to|my|user|instruction|anything)\\b`,
    60,
  ],
]

const CONTEXT: readonly Row[] = [
  [
    'persona',
    62,
    'pretend act roleplay role imagine behave respond answer simulate speak play become persona character channel emulate adopt mode chatbot model story hypothetical ai',
    `\\b(?:pretend|act(?:ing)?|role-?play(?:ing)?|imagine|behave|respond|answer|simulate|speak|play|become|emulate|adopt|channel|enter|switch|hypothetical(?:ly)?|persona|character|story|world|universe|fictional|as) [^;!?]{0,90}?\\b${FREE}\\b`,
  ],
  [
    'persona_named',
    60,
    'dan stan dude aim jailbreak jailbroken unfiltered uncensored unrestricted mode anything betterdan devmode',
    '\\b(?:do anything now|(?:dan|stan|jailbreak|jailbroken|evil|unfiltered|uncensored|unrestricted|no[- ]?filter|anarchy|opposite|chaos|betterdan|devmode|god|freedom|unlimited) (?:mode|persona|version|prompt|protocol|\\d{1,2}(?:\\.\\d)?|response)|(?:as|like|called|named|be|become|is|am|are) (?:a )?(?:dan|betterdan|devmode|jailbroken|unfiltered ai|evil-?bot)\\b)',
  ],
  [
    'free_ai',
    55,
    'ai assistant model chatbot bot persona llm version response answer',
    `\\b(?:${FREE} (?:\\w{1,12} ){0,2}?(?:ai|assistant|model|chatbot|bot|persona|llm|version|response|answer|entity|genie|twin)\\b|(?:ai|assistant|model|chatbot|bot|persona|llm) (?:\\w{1,12} ){0,4}?(?:with|has|have|that|which|who)? ?${FREE}\\b)`,
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
    "\\b(?:stay in character|(?:never|do not|don't) break character|stay a dan|remain in character)\\b|\\b(?:my|your) (?:deceased |late |dead )?grand(?:mother|ma|pa|father)\\b[^.;!?]{0,80}?\\b(?:used to|would)\\b[^.;!?]{0,60}?\\b(?:keys?|napalm|passwords?|recipe|exploit|how to|steps|secrets?|codes?|malware|credentials)\\b|\\b(?:in this (?:game|simulation|fiction|world|scenario|story)|hypothetically)\\b[^.;!?]{0,60}?\\b(?:rules do not|rules don't|no rules|anything is allowed|nothing is forbidden|you (?:can|may|will|must) (?:do|say|answer) (?:anything|everything|whatever)|not bound|no consequences)",
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
    'prompt prompts instructions instruction message guidelines preprompt configuration rules',
    '\\b(?:reveal|show|print|repeat|output|display|tell me|give me|leak|expose|disclose|dump|share|write (?:out|down)|recite|copy|paste|summari[sz]e|translate|return|echo|state|spell out|quote|list|include|provide|describe|send|type out|encode|append|what (?:is|are|was|were|does)|let me see|i want to see|begin with)\\b[^.;!?]{0,45}?\\b(?:your (?:\\w{1,12} ){0,3}?(?:prompts?|instructions?|system message|guidelines|preprompt|configuration|rules|directives)|(?:system|initial|hidden|original|secret|developer|internal|confidential|full|exact|entire|complete|first) (?:\\w{1,10} ){0,2}?(?:prompt|instructions?|system message|preprompt|directives)(?: (?:verbatim|word for word|above|you (?:were|have|received)|in full|as is|given|exactly))?)\\b',
  ],
  [
    'repeat_above',
    58,
    'above repeat verbatim everything preceding before',
    '\\b(?:repeat|print|output|copy|recite|echo|write|return|reproduce|show|display|paste)\\b (?:back |out |me |down )?(?:\\w{1,10} ){0,3}?(?:the (?:words|text|content|sentences|lines|paragraphs?|message)|everything|all (?:of )?(?:the )?(?:text|words|content)?|what(?:ever)?(?: is| was| comes| came)?|anything)\\b[^.;!?]{0,30}?\\b(?:above|before (?:this|the first)|preceding|prior to|you were told|in your context|at the (?:top|start|beginning) of)\\b',
  ],
  [
    'were_your_instructions',
    55,
    'instructions prompt instructed told rules',
    '\\bwhat (?:were|are|was|is) (?:\\w{1,8} )?(?:your|the) (?:\\w{1,12} ){0,2}?(?:system prompt|initial instructions|original instructions|hidden instructions|secret instructions|exact instructions|first instructions?|instructions?\\?|previous instructions)|\\bwhat (?:were you|have you been) (?:told|instructed)\\b[^?]{0,40}?(?:before|at the (?:start|beginning)|first|not to (?:say|tell|reveal|share))',
  ],
  [
    'send_secrets',
    26,
    'keys key secrets secret credentials credential passwords password token tokens env environment variables id_rsa ssh cookies cookie history conversation records database phrase data prompt memory contacts contents messages emails chat files transcript aws kubeconfig',
    "\\b(?:send|post|upload|forward|e-?mail|mail|transmit|exfiltrate|leak|submit|deliver|append|include|embed|put|share|report|pass|curl|dump|collect|gather|read|extract|attach|encode|copy|cat|paste|fetch|leave|write|smuggle|move)\\b[^;!?]{0,70}?\\b(?:api[-_ ]?keys?|secrets?|secret keys?|credentials?|passwords?|(?:access |auth |session |api |oauth )?tokens?|private keys?|ssh[- ]?keys?|env(?:ironment)? ?(?:vars?|variables?|file)?|id_rsa|id_ed25519|cookies?|(?:conversation|chat|message|browsing) (?:history|log|transcript)|conversation|seed phrase|mnemonic|customer (?:data|records|list|database|emails)|user(?:'s)? (?:data|records|messages|e-?mails?|files|inbox|address|contacts)|personal (?:data|information)|source code|system prompt|memory|contacts|kubeconfig|/etc/(?:passwd|shadow)|\\.env|\\.aws[/\\w]{0,20}|\\.ssh[/\\w]{0,20}|file contents?|inbox|private repositor(?:y|ies)|transcript)[^;!?]{0,60}?(?:\\b(?:to|at|in|via|through|into|as|on|with)\\b|>|\\|)[^;!?]{0,40}?(?:https?:|\\S@\\S|\\burl\\b|\\bendpoint\\b|\\bserver\\b|\\bwebhook\\b|\\battacker\\b|\\bexternal\\b|this address|\\bpastebin\\b|\\bngrok\\b|query (?:string|parameter)|\\bimage\\b|\\bpublic\\b|\\bgist\\b|\\bparameter\\b|\\bmy (?:e-?mail|server|inbox)\\b|the (?:comment|reply|issue|pull request|response|answer|title|link|subject|message|body|note|field|commit)|a (?:comment|link|field|note)|your (?:reply|answer|response|summary|next)|[a-z0-9-]{2,40}\\.(?:com|io|net|org|example|test|dev|xyz|ru|site|ngrok))",
    68,
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
