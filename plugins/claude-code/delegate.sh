#!/bin/sh
# The plugin's hook: hands the event to the gate that `writ install` set up for this person. Without one every tool
# call is refused. Codex names the plugin's folder twice; Claude Code only in its own word.
PATH=/usr/bin:/bin:/usr/local/bin
if [ -n "${PLUGIN_ROOT-}" ]; then host=codex client=codex; else host=claude-code client=claude; fi
gate=${HOME-}/.writ/hosts/$host/gate.sh
if [ -r "$gate" ]; then
  [ -x /bin/bash ] && exec /bin/bash -p "$gate" "$1"
  exec /bin/sh "$gate" "$1"
fi

why="Writ: this client has the plugin, but its gate is not installed. Run: writ install $client --gate-only"
case $1 in
ask)
  printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"%s"}}\n' "$why"
  printf '%s\n' "$why" >&2
  exit 2
  ;;
start) printf '{"hookSpecificOutput":{"hookEventName":"SessionStart","additionalContext":"%s"}}\n' "$why" ;;
*) printf '{}\n' ;;
esac
exit 0
