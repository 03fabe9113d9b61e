import { table } from './injection-rule.ts'
import type { InjectionRule, Row } from './injection-rule.ts'

const AI =
  '(?:ai|a\\.i\\.|llms?|language models?|chat ?bots?|chatgpt|gpt-?[345o]?\\w{0,3}|claude|copilot|gemini|assistants?|ai[- ](?:agents?|assistants?|models?|systems?)|automated (?:agents?|systems?|assistants?|reviewers?|tools?)|(?:coding|autonomous|virtual|browsing|shopping|reviewing|research|personal|email) (?:agents?|assistants?))'
const SMUGGLING: readonly Row[] = [
  [
    'addressed_to_ai',
    46,
    'ai llm llms model models assistant assistants chatbot chatbots claude chatgpt gpt copilot gemini agent agents bot bots automated',
    `\\b(?:attention|note|message|notice|instructions?|important|memo|directive|reminder|alert|command|task|request|warning|info|ps|p\\.s\\.)\\b[ ,:!(-]{0,4}(?:(?:is |are )?(?:for|to|from system to|all|any|every|the|other|only for)[ ]){0,3}${AI}\\b(?! (?:team|safety|policy|strategy|usage|group|committee|budget|training|act|users?|features?|products?|vendors?|course|working))(?:[^.;!?\\n]{0,40}?[:,!)\\]-]|[^.;!?\\n]{0,30}? (?:must|should|reading|processing|please|only))`,
    62,
  ],
  [
    'if_you_are_ai',
    52,
    'ai llm llms model assistant assistants chatbot claude chatgpt gpt copilot gemini agent agents bot bots automated',
    `\\b(?:if|when|since|because|as) (?:you(?:'re| are)?|the reader is|this is (?:being )?read by) (?:being )?(?:an? |the )?(?:\\w{1,12} ){0,2}?${AI}\\b(?:[^.;!?\\n]{0,60}?(?:,|you|must|please|then|add|say|write|include|recommend|read|:))`,
    64,
  ],
  [
    'when_ai_reads',
    50,
    'ai llm llms model assistant agent agents bot summary summarizing summarising summarize summarise',
    `\\b(?:when|whenever|while|before|after|once|upon|any|every|all) (?:(?:you|the|an?|your|any|this) ){0,2}(?:${AI} |agents? |models? |bots? )?(?:(?:that|who|which|is|are) )?(?:read(?:s|ing)?|process(?:es|ing)?|summari[sz](?:e|es|ing)|parse[sd]?|index(?:es|ing)?|see[sn]?|encounter(?:s|ing)?|review(?:s|ing)?|analy[sz](?:e|es|ing)|evaluat(?:es?|ing)|rank(?:s|ing)?|scor(?:es?|ing)|grad(?:es?|ing)|screen(?:s|ing)?|scan(?:s|ning)?|open(?:s|ing)?|load(?:s|ing)?|ingest(?:s|ing)?|receiv(?:e|es|ing)|browse|visit)(?: (?:or|and) \\w{1,14})? (?:this|the (?:following|above|present)|these)\\b[^.;!?\\n]{0,60}?(?:, (?:it|you|please|first|always|then)\\b|,|:| must | should | shall | needs? to | to )[^.!?\\n]{0,40}?\\b(?:you|must|clone|copy|post|upload|pass|download|ignore|say|always|never|send|include|add|write|recommend|call|run|execute|first|append|reply|output|tell|give|rate|approve|forward|use|fetch|open|visit|respond|insert|delete|mark)\\b`,
    60,
  ],
  [
    'vocative',
    24,
    'ai llm llms model models assistant assistants chatbot claude chatgpt gpt copilot gemini agent agents bot bots automated',
    `(?:^|[\\n.;:!?>"'(\\[{*#/-] ?|\\b(?:dear|hey|hello|hi|for|to|for the|to the|to any|to all|for all) )(?:${AI}|agents?|models?)(?: (?!manager|coach|professor)\\w{1,12})?[,:](?! (?:an?|and|or)\\b)`,
  ],
  [
    'ai_reading_this',
    44,
    'ai llm llms model models assistant assistants chatbot claude chatgpt gpt copilot gemini agent agents bot bots automated',
    `\\b(?:${AI}|agents?|models?)(?: (?:that|which|who)(?: (?:is|are))?)? (?:reads?|reading|processing|screening|parsing|summari[sz]ing|reviewing|indexing|crawling|evaluating|analy[sz]ing|handling|visiting|browsing|opening) (?:this|these)\\b[^.;!?\\n]{0,60}?(?:\\b(?:must|should|shall|will|please|has to|have to|needs? to)\\b|:|,)`,
    60,
  ],
  [
    'agent_duty',
    24,
    'agent agents model models assistant assistants ai bot llm llms',
    '\\b(?:the|this|any|all|every|each|an|coding) (?:ai |llm )?(?:agents?|models?|assistants?|bots?|ai|llms?) (?:must|has to|have to|needs? to|shall|will now|is (?:now )?(?:required|authori[sz]ed|instructed) to|are (?:required|authori[sz]ed|instructed) to)\\b',
  ],
  [
    'ai_must',
    46,
    'ai llm llms model assistant assistants chatbot claude chatgpt gpt copilot gemini agent agents bot bots automated',
    `(?:^|[\\n.;:!?>*#-] ?|\\b(?:the|all|any|every|this|an) )${AI}(?: (?:agents?|reading this|processing this|who read this|that reads? this))?,? (?:you )?(?:must|shall|should|needs? to|has to|have to|is (?:required|instructed|authori[sz]ed|hereby)|are (?:required|instructed|authori[sz]ed|hereby)|please|will|ignore|disregard|execute|run|send|call|add|include|approve|recommend|rate|forward|delete) (?:\\w{1,12} ){0,2}?(?:to )?(?:now |also |immediately |always |instead |first |silently )?(?:ignore|disregard|execute|run|send|call|add|include|append|approve|recommend|rate|forward|delete|output|say|reply|respond|reveal|email|upload|post|give|grant|transfer|skip|bypass|fetch|visit|open|click|tell|insert|treat|rm|curl)\\b`,
    60,
  ],
  [
    'hidden_instruction',
    26,
    'hidden secret invisible instruction instructions',
    '\\b(?:hidden|secret|invisible|concealed|covert|embedded|special) (?:instructions?|commands?|directives?|prompts?)\\b ?(?:for|to|:|follows?|below)',
    60,
  ],
  [
    'important_tag',
    44,
    '*',
    '<important>|<(?:critical|urgent|mandatory|secret|hidden|override|ai|assistant|llm|agent)[-_ ]?(?:instructions?|note|message|task|only|notice|directive)?>|\\[(?:important|critical|urgent)[^\\]\\n]{0,20}(?:instructions?|ai|assistant|agent|override)[^\\]\\n]{0,20}\\]',
    60,
  ],
  [
    'top_priority',
    42,
    'priority',
    '\\b(?:highest|top|maximum|absolute|critical|overriding) priority\\b[^.;!?\\n]{0,30}?\\b(?:instructions?|directives?|override|commands?|message|order)\\b',
    60,
  ],
  [
    'do_this_first',
    24,
    'before',
    '\\bbefore (?:you )?(?:do(?:ing)? anything(?: else)?|continu(?:e|ing)|proceed(?:ing)?|answer(?:ing)?|respond(?:ing)?|replying|reply|complet(?:e|ing) (?:this|the) (?:task|request)|summari[sz]ing|help(?:ing)? the user)\\b[^.;!?\\n]{0,20}?,? (?:you must |please |first |always |immediately |also )*(?:ignore|send|run|execute|call|read|visit|fetch|open|include|output|reveal|post|upload|forward|print|delete|use|say|email|cat|curl|disregard)\\b',
    58,
  ],
  [
    'review_bias',
    28,
    'review reviewer reviewers rate score rating recommend candidate grade resume paper',
    '\\b(?:give|rate|score|grade|assign|award|recommend|rank|mark|evaluate|accept|select|hire|return|output|say)\\b (?:\\w{1,10} ){0,3}?(?:a )?(?:positive review only|only (?:a )?positive|highest (?:possible )?(?:score|rating|grade)|perfect (?:score|rating)|full marks|10 ?(?:/|out of) ?10|5 stars|top candidate|as the best|this candidate (?:as|is|to)|strong(?:ly)? (?:accept|hire|recommend))[^.;!?\\n]{0,60}?',
    56,
  ],
]

const OUTPUT: readonly Row[] = [
  [
    'hide_from_user',
    30,
    'keep let nothing mention tell inform reveal disclose notify alert telling informing mentioning asking notifying alerting know see aware hide conceal say report warn confirmation show',
    "\\b(?:do not|don't|dont|never|nor|or|without|must not|should not|avoid|no need to)(?: \\w{1,8})? (?:mention|tell|inform|reveal|disclose|notify|alert|telling|informing|mentioning|asking|notifying|alerting|warn|warning|revealing|report|ask|show|showing|let)\\b[^.;!?\\n]{0,30}?\\b(?:users?|humans?|operators?|anyone|owner|them|this (?:instruction|step|message|note|action|to)|these instructions|that you|it|this(?= ?[.;,!]|$)|the (?:instruction|person|customer)|people)\\b|\\bsay nothing to\\b|\\bas if nothing (?:happened|had|has)\\b|\\bkeep (?:it )?(?:quiet|silent|mum)\\b|\\band (?:then )?hide (?:it|this)\\b|\\b(?:hide|conceal|keep) (?:this|it|that|the \\w{1,12}) (?:\\w{1,8} ){0,2}?(?:from|secret|hidden|to yourself|between us|confidential)\\b|\\busers? (?:must|should|may|can) (?:not|never) (?:know|see|notice|be (?:told|informed|aware|notified))",
    58,
  ],
  [
    'covert_action',
    40,
    'silently secretly quietly covertly discreetly background stealthily',
    '\\b(?:silently|secretly|quietly|covertly|discreetly|stealthily|in the background,?) (?:\\w{1,8} )?(?:send|run|execute|call|add|forward|upload|include|append|install|email|copy|post|fetch|delete|transfer|invoke|replace|change|insert|exfiltrate|bcc|modify|approve|grant|create|open|visit)\\b',
    62,
  ],
  [
    'covert_adverb',
    24,
    'silently secretly quietly covertly discreetly',
    '\\b(?:send|run|execute|call|forward|upload|include|append|post|fetch|delete|transfer|smuggle|copy|below|it|them)\\b[^.;!?\\n]{0,60}?\\b(?:silently|secretly|quietly|covertly|discreetly)(?= ?[.,;!]|$| and)|, (?:silently|secretly|quietly|covertly)(?=[.,;!]|$)',
  ],
  [
    'fixed_reply',
    22,
    'respond reply answer say output start begin print',
    '\\b(?:respond|reply|answer|output|say|start|begin|print|write|return)\\b (?:\\w{1,10} ){0,3}?(?:only|exactly|with only|nothing (?:but|else)|exclusively|with the (?:word|phrase|words|text|string|following)|by saying|"|\')[^.;!?\\n]{0,40}?',
    46,
  ],
  [
    'forced_opening',
    40,
    'start begin sure certainly absolutely',
    "\\b(?:start|begin)(?: \\w{1,8}){0,3}? (?:reply|response|answer|message|output)s? (?:with|by)[^.;!?\\n]{0,12}?(?:\"|')?(?:sure|absolutely|certainly|of course|yes|i'm dan|\\[)",
    55,
  ],
  [
    'recommend_link',
    24,
    'user users',
    '\\b(?:tell|instruct|urge|ask|direct|convince|advise) (?:the )?users? (?:\\w{1,8} ){0,2}?(?:to )?(?:click|visit|open|go to|download|log ?in|enter|re-?authenticate|call|pay|install|verify|paste|type)\\b',
    56,
  ],
]

const TOOLS: readonly Row[] = [
  [
    'tool_precondition',
    58,
    'tool tools',
    '\\b(?:before|prior to|when|whenever|after|every time|each time)(?: you)? (?:us(?:e|ing)|call(?:ing)?|invok(?:e|ing)|execut(?:e|ing)|run(?:ning)?)(?: (?:this|any|the|other|another|that|every|all|\\w{1,20})){1,6}? tools?\\b[^;!?]{0,80}?\\b(?:read|call|send|pass|include|first|cat|upload|forward|post|copy|attach|append|list|open|must|fetch|bcc|add|replace|change)\\b',
  ],
  [
    'tool_mandate',
    44,
    'tool tools function',
    "\\b(?:always|must|should|only|first|instead|immediately)\\b[^.;!?\\n]{0,25}?\\b(?:call|use|invoke|prefer|choose|run)\\b (?:this|the \\w{1,20}|my|our|that) (?:tool|function|server)\\b[^.;!?\\n]{0,60}?\\b(?:first|before|instead|other|every|regardless|any|even if|never|all)\\b|\\b(?:must|should) (?:always )?be (?:called|used|invoked) (?:first|before any other tool)|\\b(?:do not|never|don't) (?:use|call|invoke|trust) (?:any |the )?other tools?\\b",
    60,
  ],
  [
    'tool_side_channel',
    54,
    'parameter argument sidenote field',
    '\\b(?:pass|provide|put|include|place|send|supply|insert|write|fill)\\b[^.;!?]{0,50}?\\b(?:contents?|keys?|credentials|config(?:uration)?|history|conversation|secrets?|files|listing|them|token|prompt|password|emails?|env)\\b[^.;!?]{0,40}?\\b(?:as|in|into|through|via) (?:the |its |a |this )?[`\'"]?\\w{1,20}[`\'"]? (?:parameter|argument|field|param)\\b|\\b(?:sidenote|side_note|hidden_context|scratch) (?:parameter|argument|field)\\b',
    66,
  ],
  [
    'tool_needs_secrets',
    52,
    'tool function server',
    "\\b(?:this|the) (?:tool|function|server)\\b[^.;!?]{0,40}?\\b(?:requires|needs|will not work|won't work|fails|only works|expects)\\b[^.;!?]{0,60}?(?:~/|\\.ssh|\\.env|\\.aws|mcp\\.json|id_rsa|private key|credentials|contents of|conversation|password|config\\.json|all api keys|system prompt)",
    64,
  ],
  [
    'run_command',
    18,
    'approve add promote change reset update set forward create invite disable pay send remove destroy erase wipe perform issue trigger run execute invoke call curl rm wget bash delete transfer wire drop push install sudo powershell merge grant chmod',
    "\\b(?:run|execute|invoke|call|perform|issue|trigger|type|use|open|do|:) ?(?:\\w{1,12} ){0,4}?[`'\"(]{0,2}(?:rm -\\w{1,6}|curl |wget |bash |sh -|chmod |sudo |powershell|git push|npm install|pip install|send_email|send_money|transfer_funds|delete_\\w{1,20}|execute_\\w{1,20}|run_\\w{1,20}|drop table|mkfs|dd if|nc -|python -c|eval\\(|kubectl delete|terraform destroy|shell command|following commands?|this command|create_\\w{1,20}|update_\\w{1,20}|read_file|write_file|http_request|fetch\\(|add_collaborator|wire_transfer|grant_\\w{1,20}|\\w{2,20}_\\w{2,20} tool|the \\w{1,20} tool)|\\b(?:transfer|wire|pay|send) (?:\\$|usd|eur|€|£|all|the|\\d)[^.;!?\\n]{0,40}? (?:to|into) (?:account|wallet|iban|the (?:account|wallet|address)|\\w{1,12} account|0x|this)|\\b(?:delete|drop|wipe|erase|remove|destroy) (?:all|every|the (?:entire|whole|production|user'?s?)|any) (?:\\w{1,12} ){0,2}?(?:files?|data(?:base)?|backups?|records?|tables?|repositor(?:y|ies)|branch(?:es)?|e-?mails?|logs?|calendar|events?|accounts?|messages?|users?|inbox)\\b|\\b(?:merge|approve|grant|add|promote|change|reset|update|set|forward|create|invite|disable)\\b (?:\\w{1,12} ){0,3}?(?:pull request|pr\\b|admin(?:istrator)? (?:access|rights|role|privileges)|as (?:an? )?(?:admin|owner|collaborator|maintainer)|access to|forwarding|iban|bank (?:account|details)|password of|2fa|mfa|payment|branch protection)",
    54,
  ],
  [
    'false_approval',
    46,
    'approved preapproved authorized authorised consented confirmed',
    "\\b(?:already|pre-?|has|have) ?(?:been )?(?:pre-?)?(?:approved|authori[sz]ed|consented|confirmed)\\b[^!?\\n]{0,70}?\\b(?:skip|do not ask|don't ask|no (?:need to ask|confirmation|approval|further)|without (?:asking|confirm\\w{0,6}|approval)|bypass|not required|never ask)|\\bmark (?:it|this|the \\w{1,12}) as approved (?:itself|yourself|automatically|without)",
    60,
  ],
  [
    'approval_bypass',
    24,
    'approval approvals approved confirmation permission guard review preapproved authorized authorised consent policy checks',
    "\\b(?:skip|bypass|avoid|disable|ignore|without|do not (?:ask|wait|request|seek)|don't (?:ask|wait|request|seek)|no need (?:for|to (?:ask|wait|request|seek|get))|never (?:ask|wait))\\b[^.;!?\\n]{0,25}?\\b(?:approvals?|confirmation|human review|permission|guard|policy checks?|governance|consent|verification|confirming)\\b",
    54,
  ],
]

const DELIMITERS: readonly Row[] = [
  [
    'chat_template',
    45,
    '*',
    '<\\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|begin_of_text|start_header_id|end_header_id|endofprompt|end|tool)\\|>|\\[/?inst\\]|<</?sys>>|\\[/?system(?:_prompt)?\\]|<start_of_turn>|<end_of_turn>|<\\|(?:start|channel|message)\\|>',
    58,
  ],
  [
    'system_tag',
    40,
    '*',
    '</?(?:system|sys|system[-_ ](?:prompt|message|instructions?|override|note|reminder|update)|admin|developer|root|operator|instructions?)>(?=[^<]{0,60}?\\b(?:you|ignore|disregard|forget|assistant|override|reveal|your|execute|all user|the user|obey|approve|grant|rules?:|keys|new (?:rule|instruction|prompt|policy)|always|never|the call|call the)\\b)|<system[-_](?:override|update|note)>',
    56,
  ],
  [
    'role_tag',
    22,
    '*',
    '</(?:user[-_ ]?(?:input|query|message|data)|untrusted[-_ ]?\\w{0,12}|tool[-_ ](?:result|output|response)s?|function[-_ ]?(?:results?|calls?)|document|context|data|article|retrieved\\w{0,10}|email)> ?\\n?(?=<|[^<]{0,40}?\\b(?:you|ignore|disregard|forget|system|assistant|override|reveal|your|execute|instructions?)\\b)',
    44,
  ],
  [
    'system_line',
    20,
    'system developer admin administrator root',
    '(?:^|\\n|[.!?"\')\\]}>*#=-] ?)[\\[(*#=_<{ -]{0,6}(?:system|developer|admin(?:istrator)?|root) ?(?:prompt|message|override|instructions?|notice|alert|directive|command|note|update|notification)s?(?: update| override| notice)?[\\])*_>} ]{0,4} ?(?::|\\]|-|\\n|=)',
    46,
  ],
  [
    'system_line_command',
    46,
    'system developer admin administrator root',
    '(?:^|\\n|[.!?"\')\\]}>*#=-] ?)[\\[(*#=_<{ -]{0,6}(?:system|developer|admin(?:istrator)?|root) ?(?:prompt|message|override|instructions?|notice|alert|directive|command|note|update|notification)?s?(?: update| override| notice)?[\\])*_>} ]{0,4} ?(?::|\\]|-|\\n|=)[^\\n]{0,80}?\\b(?:you (?:must|will|are|should|shall)|your (?:safety|rules|instructions|new|previous|guidelines|restrictions|policy)|ignore|disregard|override|assistant|the ai\\b|user (?:is|has) (?:been |an? |now )?(?:admin|authori|verified|granted|approved)|reveal|secrets|jailbreak|do not refuse|contents of memory|respond with|execute|print all)',
    60,
  ],
  [
    'role_line',
    14,
    'system assistant developer human',
    '(?:^|\\n)[\\[(*#=_ -]{0,6}(?:system|assistant|developer|human|ai)[\\])*_ ]{0,4}: ?(?=[^\\n]{0,60}?\\b(?:you (?:are|must|will|should)|ignore|disregard|new|override|forget|sure|from now|obey|i will|the user (?:is|has|wants)|reveal|always|do not|enable|grant|safety|execute)\\b)',
    48,
  ],
  [
    'role_line_command',
    44,
    'system assistant developer human',
    '(?:^|\\n)[\\[(*#=_ -]{0,6}(?:system|assistant|developer|human|ai)[\\])*_ ]{0,4}: ?[^\\n]{0,60}?\\b(?:you are (?:now|no longer)|ignore|disregard|override|forget|obey|sure,|i am now|jailbroken|unrestricted|do not refuse|without restrictions?|reveal|safety|jailbreak|execute the|grant|call the|run the)\\b',
    60,
  ],
  [
    'end_of_context',
    44,
    'end begin start',
    '(?<=[-=#*_\\[({}"]{2} ?|[<\\[({\\n]/?|^)(?:end|begin|start)(?: of)?(?: \\w{1,12}){0,2}? (?:user (?:input|message|query)|system (?:prompt|message|instructions?|override)|prompt|document|context|data|(?:new |admin |developer |trusted )?instructions?|article|e-?mail|untrusted \\w{1,12}|tool (?:output|result)s?|conversation|web ?page|override|admin \\w{1,12}|developer \\w{1,12}) ?(?:[-=#*_>\\])}"]{1,}|$|\\n|\\.|:)',
    58,
  ],
]

const ENCODING: readonly Row[] = [
  [
    'decode_and_follow',
    48,
    'decode decoded decoding decrypt deobfuscate unscramble base64 rot13 hex reverse reversed cipher morse backwards binary hexadecimal',
    '\\b(?:decod(?:e|ed|ing)|decrypt|deobfuscate|unscramble|base ?64|rot-?13|hex(?:adecimal)?|reversed?|cipher|morse|backwards|binary)\\b[^!?]{0,80}?\\b(?:follow|obey|execute|comply|act on|carry out|do (?:what|as|exactly)|perform|run) (?:\\w{1,8} )?(?:it|its|them|that|instructions?|result|what|orders?|commands?|says?|the (?:result|instructions?|decoded|output|message|text|content|command|request|hidden|plain)|exactly|as|silently|immediately)\\b|\\b(?:follow|obey|execute|comply with|act on|carry out|perform|run)\\b[^.;!?]{0,30}?\\b(?:encoded|base ?64|rot-?13|hex|reversed|decoded|encrypted)\\b[^.;!?]{0,20}?\\b(?:instructions?|commands?|message|text|string|payload|request|below|content)\\b',
    60,
  ],
]

/** English and mark-up: how an instruction reaches the agent, and what it makes it do. */
export const CHANNEL_RULES: readonly InjectionRule[] = [
  ...table('instruction_smuggling', SMUGGLING),
  ...table('output_manipulation', OUTPUT),
  ...table('tool_direction', TOOLS),
  ...table('delimiter_injection', DELIMITERS),
  ...table('encoding_evasion', ENCODING),
]
