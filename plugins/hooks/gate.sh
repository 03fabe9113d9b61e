#!/bin/sh
# Writ's gate: a hook of an agent client. Usage: sh gate.sh ask|record|start|stop with the client's event on stdin.
# `ask` ends in one of two ways: status 0 with the server's ruling as one JSON object, or status 2 with a reason.
# All it believes stands beside it in gate.conf, written by `writ install`; nothing of a project is read.
# Any POSIX shell runs it. Under bash 4.1 and later a call starts no other program: it reads its input and asks a server
# of this machine by itself.

event=${1-}
dir=${0%/*}
PATH=/usr/bin:/bin:/usr/local/bin
IFS='
'
umask 077
# A project may set the environment of its sessions: nothing of it may lead the request elsewhere or show it.
unset LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
unset SSLKEYLOGFILE OPENSSL_CONF OPENSSL_MODULES GCONV_PATH NODE_OPTIONS NODE_EXTRA_CA_CERTS POSIXLY_CORRECT TMOUT
unset NODE_USE_ENV_PROXY NODE_TLS_REJECT_UNAUTHORIZED NODE_V8_COVERAGE NODE_REDIRECT_WARNINGS NODE_DEBUG
# Lengths are in bytes.
LC_ALL=C
case ${BASH_VERSION-} in '' | [123].* | 4.0.*) able=no ;; *) able=yes ;; esac

# Reasons are written without quotes and backslashes, so they stand in JSON as they are.
deny() {
  case ${HOST-} in
  hermes) printf '{"decision":"block","reason":"Writ: %s","action":"block","message":"Writ: %s"}\n' "$1" "$1" ;;
  *) printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"Writ: %s"}}\n' "$1" ;;
  esac
  printf 'Writ: %s\n' "$1" >&2
  exit 2
}

no_objection() {
  case $HOST in
  hermes) printf '{}\n' ;;
  *) printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","additionalContext":"Writ: %s"}}\n' "$1" ;;
  esac
  exit 0
}

# The event goes to disk, to be delivered when the server answers again.
queue() {
  [ -d "$dir/queue" ] || mkdir "$dir/queue" 2>/dev/null
  printf '%s' "$input" >"$dir/queue/$(date +%s)-$$-$1.tmp" &&
    mv "$dir/queue/$(date +%s)-$$-$1.tmp" "$dir/queue/$(date +%s)-$$-$1.json"
} 2>/dev/null

# The request of `post` without curl. An answer that was cut must not count, so its length is compared. HTTP/1.0,
# because a body in chunks would need taking apart.
direct() {
  { exec 3<>"/dev/tcp/$DIRECT"; } 2>/dev/null || return 7
  printf 'POST %s HTTP/1.0\r\nHost: %s\r\nX-API-Key: %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' \
    "/api/hosts/$HOST/$1" "${DIRECT%/*}:${DIRECT#*/}" "$KEY" "${#input}" "$input" >&3 2>/dev/null || return 55
  # A time limit makes bash read byte by byte: little is read so, and what replaces a tool's output without one.
  limit="-t$2"
  IFS= read -r -d '{' "$limit" head <&3
  met=$?
  [ $met -le 128 ] || return 28
  [ -n "$head" ] || return 52
  code=${head#HTTP/1.? }
  code=${code%%' '*}
  json=
  [ $met = 0 ] || { [ "$code" != 200 ] || code=0; return 0; }
  case $head in
  *[Cc]ontent-[Ll]ength:' '*) length=${head#*[Cc]ontent-[Ll]ength: } length=${length%%$'\r'*} ;;
  # Whole or cut cannot be told.
  *) length=65536; [ "$code" != 200 ] || code=0 ;;
  esac
  case $length in '' | *[!0-9]* | ????????*) return 18 ;; esac
  [ "$1" != record ] || limit=
  IFS= read -r -d '' -N $((length - 1)) $limit json <&3
  met=$?
  [ $met -le 128 ] || return 28
  [ $met = 0 ] || [ "$code" != 200 ] || return 18
  json="{$json"
  exec 3>&-
}

# Answers the body in $json and the status in $code; the exit status of curl otherwise.
post() {
  if [ -n "${DIRECT-}" ] && [ $able = yes ]; then direct "$1" "$2"; return; fi
  answer=$(printf '%s' "$input" | "$CURL" -q --silent --config "$dir/curl.conf" --max-time "$2" \
    --header 'Content-Type: application/json' --data-binary @- --write-out '\n%{http_code}' "$URL/api/hosts/$HOST/$1") || return $?
  code=${answer##*"$IFS"}
  json=${answer%"$IFS"*}
}

# The server's own sentence, still escaped as in JSON.
sentence() {
  case $json in
  *'"error":"'*)
    said=${json#*'"error":"'}
    said=${said%%'"'*}
    case $said in *'\'*) said='the server refused the question' ;; esac
    ;;
  *) said='the answer is not from a Writ server' ;;
  esac
}

unavailable() {
  queue "${UNAVAILABLE}"
  if [ "$UNAVAILABLE" = allow ]; then
    no_objection "$1 The operator chose to let calls run ungoverned then; this one is recorded later."
  fi
  deny "$1 The call was not run. Start the server (writ serve) or see what is wrong with: writ doctor"
}

ask() {
  post "ask?wait=$WAIT" $((WAIT + 5))
  status=$?
  case $status in
  0) ;;
  6 | 7) unavailable "no server answers at $URL." ;;
  28) unavailable "the server at $URL did not answer in time." ;;
  *) unavailable "the server at $URL could not be asked (error $status)." ;;
  esac
  case $code in
  200) ;;
  5??) sentence; unavailable "the server at $URL failed ($code: $said)." ;;
  401 | 403) sentence; deny "the key of this client was refused ($code: $said). Run writ install $HOST again." ;;
  *) sentence; deny "the server did not rule on this call ($code: $said)." ;;
  esac
  # Only what the server is known to say counts: a client may take any other object for no objection.
  case $HOST in
  hermes) case $json in '{}' | '{"decision":"block","reason":"Writ: '*'}') ruled=yes ;; *) ruled=no ;; esac ;;
  *) case $json in
    '{"hookSpecificOutput":{"hookEventName":"PreToolUse"}}' | \
      '{"hookSpecificOutput":{"hookEventName":"PreToolUse","additionalContext":"Writ: '*'"}}' | \
      '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"Writ: '*'"}}' | \
      '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","permissionDecisionReason":"Writ: '*'"}}') ruled=yes ;;
    *) ruled=no ;;
    esac ;;
  esac
  [ "$ruled" = yes ] || deny "what answers at $URL does not speak as a Writ server does."
  printf '%s\n' "$json"
  exit 0
}

trap '' PIPE
[ "$event" = ask ] && trap 'deny "the client gave up waiting for the ruling."' HUP INT TERM
unset HOST URL CURL NODE WAIT UNAVAILABLE DIRECT KEY
[ -r "$dir/gate.conf" ] && . "$dir/gate.conf"
if [ -z "${HOST-}" ] || [ -z "${URL-}" ] || [ -z "${CURL-}" ] || [ -z "${WAIT-}" ] || [ -z "${UNAVAILABLE-}" ]; then
  [ "$event" = ask ] && deny "the gate is not set up (gate.conf is missing or incomplete). Run: writ install"
  exit 0
fi
if [ $able = yes ]; then IFS= read -r -d '' -N 67108864 input; else input=$(cat); fi

case $event in
ask) ask ;;
record)
  # Another output in place of the tool's own, where that held secrets; whatever else comes leaves it as it is.
  said='{}'
  if ! post record 5 || [ "$code" -ge 500 ]; then
    queue record
  elif [ "$code" = 200 ]; then
    case $HOST:$json in
    claude-code:'{"hookSpecificOutput":{"hookEventName":"PostToolUse","updatedToolOutput":'*'}}' | \
      claude-code:'{"hookSpecificOutput":{"hookEventName":"PostToolUseFailure","additionalContext":"Writ: '*'"}}' | \
      codex:'{"decision":"block","reason":"Writ took '*'"}') said=$json ;;
    esac
  fi
  printf '%s\n' "$said"
  ;;
start)
  frame='"hookSpecificOutput":{"hookEventName":"SessionStart","additionalContext":"'
  # What differs from the receipt of the install goes with the event. A shell cannot read it; nothing waits for it.
  if found=$(printf '%s' "$input" | "${NODE-}" "$dir/start.mjs"); then
    note=${found%%"$IFS"*}
    input=${found#*"$IFS"}
  else
    note="Writ: whether this client is still set up as it was installed could not be checked. Run: writ doctor"
  fi
  post start-session 3 && [ "$code" = 200 ] ||
    json="{${frame}Writ cannot be reached at $URL: tool calls will be refused until it is.\"}}"
  if [ -n "$note" ]; then
    case $json in "{$frame"*) ;; *) json="{$frame\"}}" ;; esac
    json="{\"systemMessage\":\"$note\",$frame$note\\n${json#"{$frame"}"
  fi
  printf '%s\n' "$json"
  ;;
stop)
  # Reads the transcript, which a shell cannot; nothing waits for it.
  if [ -x "${NODE-}" ]; then printf '%s' "$input" | "$NODE" "$dir/stop.mjs" || printf '{}\n'; else printf '{}\n'; fi
  ;;
*) deny "unknown event of the gate: use ask, record, start or stop." ;;
esac
exit 0
