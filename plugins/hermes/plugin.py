"""Writ's gate for Hermes: every tool call is asked about before it runs. Standard library only."""

import json
import os
import stat
import threading
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
# Hermes stops waiting after 30 seconds by default; the answer must be here before that.
DEADLINE = 27
LONGEST_WAIT = 22
# Twice what the server reads of one output.
LARGEST = 4 * 1024 * 1024
MOST_CALLS = 1000


class Unreachable(Exception):
    """The server cannot be asked; what that comes to is the operator's choice."""


class Refused(Exception):
    """What came back is no ruling: never a reason to run the call."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


# A project may set the environment of its sessions: no proxy of it leads the question elsewhere.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def register(ctx):
    ctx.register_hook("pre_tool_call", before)
    ctx.register_hook("post_tool_call", after)
    ctx.register_hook("transform_tool_result", replace)


def before(tool_name, args, task_id="", **more):
    """None lets the call go on; Hermes blocks it for a dict with a message, and for an exception as well."""
    try:
        reason = _within(DEADLINE, lambda: _ask(tool_name, args, more))
    except Exception as error:  # whatever it is, the call must not run
        reason = "Writ: " + (str(error) or type(error).__name__)
    return None if reason is None else {"action": "block", "message": reason}


# What to put in the place of a result, from the record of its call until Hermes asks for it.
_answers = {}


def after(tool_name, args, result=None, task_id="", duration_ms=0, **more):
    """Never raises: the call is over."""
    try:
        event = _event("post_tool_call", tool_name, args, more)
        event["tool_response"] = _parsed(result)
        if more.get("status") == "error" or more.get("error_message"):
            event["error"] = more.get("error_message") or "The tool failed."
        if isinstance(duration_ms, (int, float)):
            event["duration_ms"] = duration_ms
        answer = _post(_connection(), "record", event, 5)
        if more.get("tool_call_id") and isinstance(result, str):
            if len(_answers) >= MOST_CALLS:
                _answers.pop(next(iter(_answers)))
            _answers[str(more["tool_call_id"])] = (hash(result), _replacement(result, answer))
    except Exception:
        pass


def replace(tool_name, args=None, result=None, **more):
    """The result without its secrets; None leaves it as it is. Hermes calls this after post_tool_call."""
    try:
        seen, answer = _answers.pop(str(more.get("tool_call_id")), (None, None))
        # Another plugin may have changed the result meanwhile.
        if seen is not None and seen == hash(result):
            return answer
        event = _event("post_tool_call", tool_name, args, more)
        event["tool_response"] = _parsed(result)
        return _replacement(result, _post(_connection(), "record", event, 5))
    except Exception:
        return None


def _replacement(result, answer):
    """In the form the result came in: text, or JSON in a text."""
    if not isinstance(result, str) or not isinstance(answer, dict) or "result" not in answer:
        return None
    value, original = answer["result"], _parsed(result)
    if type(value) is not type(original):
        return None
    return value if isinstance(original, str) and original == result else json.dumps(value, ensure_ascii=False)


def _ask(tool_name, args, more):
    connection = _connection()
    wait = max(0, min(int(connection["wait"]), LONGEST_WAIT))
    event = _event("pre_tool_call", tool_name, args, more)
    try:
        answer = _post(connection, "ask?wait=%d" % wait, event, DEADLINE)
    except Unreachable as error:
        if connection["on_unavailable"] == "allow":
            return None
        return "Writ: %s The call was not run. Start the server (writ serve) or see: writ doctor" % error
    # Only what the server is known to say counts.
    if answer == {}:
        return None
    message = answer.get("message") if isinstance(answer, dict) else None
    if isinstance(message, str) and message.startswith("Writ: ") and answer.get("decision") == "block":
        return message
    raise Refused("what answers at %s does not speak as a Writ server does." % connection["server"])


def _event(name, tool_name, args, more):
    event = {"hook_event_name": name, "tool_name": tool_name, "tool_input": args, "cwd": os.getcwd()}
    if more.get("session_id"):
        event["session_id"] = str(more["session_id"])
    if more.get("tool_call_id"):
        event["extra"] = {"tool_call_id": str(more["tool_call_id"])}
    return event


def _post(connection, path, event, seconds):
    server = connection["server"]
    request = urllib.request.Request(
        "%s/api/hosts/hermes/%s" % (server, path),
        data=json.dumps(event, default=str).encode("utf-8"),
        headers={"Content-Type": "application/json", "X-API-Key": connection["key"]},
        method="POST",
    )
    try:
        with _opener.open(request, timeout=seconds) as response:
            status, text = response.status, response.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        said = _sentence(error.read(LARGEST))
        if error.code >= 500:
            raise Unreachable("the server at %s failed (%d: %s)." % (server, error.code, said)) from None
        if error.code in (401, 403):
            raise Refused("the key was refused (%d: %s). Run writ install hermes again." % (error.code, said)) from None
        raise Refused("the server did not rule on this call (%d: %s)." % (error.code, said)) from None
    except (OSError, urllib.error.URLError) as error:
        raise Unreachable("no server answers at %s (%s)." % (server, getattr(error, "reason", error))) from None
    if status != 200 or len(text) > LARGEST:
        raise Refused("what answers at %s does not speak as a Writ server does." % server)
    return _json(text, server)


def _json(text, server):
    try:
        return json.loads(text)
    except ValueError:
        raise Refused("what answers at %s does not speak as a Writ server does." % server) from None


def _sentence(text):
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return "no reason given"


def _parsed(result):
    try:
        return json.loads(result) if isinstance(result, str) else result
    except ValueError:
        return result


def _connection():
    """Written by `writ install hermes`. Nothing of a project is read, and nothing that others could have written."""
    path = _connection_path()
    try:
        info = os.stat(path)
        with open(path, encoding="utf-8") as file:
            connection = json.load(file)
    except (OSError, ValueError):
        raise Refused("the gate is not set up (%s cannot be read). Run: writ install hermes" % path) from None
    if hasattr(os, "getuid") and (info.st_uid not in (0, os.getuid()) or info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        raise Refused("others may write %s, so it is not believed. Run: writ install hermes" % path)
    if not isinstance(connection, dict) or not {"server", "key", "wait", "on_unavailable"} <= connection.keys():
        raise Refused("%s is incomplete. Run: writ install hermes" % path)
    return connection


def _connection_path():
    try:
        with open(os.path.join(HERE, "where.json"), encoding="utf-8") as file:
            return json.load(file)["connection"]
    except (OSError, ValueError, KeyError):
        return os.path.expanduser(os.path.join("~", ".writ", "hosts", "hermes", "connection.json"))


def _within(seconds, work):
    """The limit of a socket starts anew with every byte, so the whole has one of its own."""
    outcome = {}

    def run():
        try:
            outcome["value"] = work()
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if "error" in outcome:
        raise outcome["error"]
    if "value" not in outcome:
        raise Refused("no ruling came in %d seconds. The call was not run." % seconds)
    return outcome["value"]
