"""Waiting for people: for the approval of an action, and of a key."""

from __future__ import annotations

import contextlib
import time
from typing import Any, Callable, Mapping, Optional

from .connection import Connection
from .errors import ApprovalDeniedError, ApprovalExpiredError, GuardBlockedError, Json, WritError
from .frames import frames_of
from .transport import OpenStream

OnPending = Callable[[Json], Any]

#: The server writes a heartbeat every 15 seconds: a stream that is silent for longer is dead.
_SILENCE = 45.0


class Wait:
    """One wait for one action."""

    def __init__(
        self,
        connection: Connection,
        action_id: str,
        *,
        timeout: float = 300.0,
        interval: float = 5.0,
        on_pending: Optional[OnPending] = None,
    ) -> None:
        self._connection = connection
        self._action_id = action_id
        self._end = time.monotonic() + timeout
        self._interval = interval
        self._on_pending = on_pending
        #: Whether the action was seen to wait for a person.
        self._pending = False

    def result(self) -> Json:
        answer = self._listen()
        return self._poll() if answer is None else answer

    def _left(self) -> float:
        return self._end - time.monotonic()

    def _listen(self) -> Optional[Json]:
        """The action when the stream told of the permission; None when polling has to go on."""
        with contextlib.ExitStack() as stack:
            try:
                stream = stack.enter_context(self._connection.stream("/api/stream", timeout=max(0.001, self._left())))
            except WritError as error:
                if error.status == 403:
                    raise _blocked(error) from None
                return None
            try:
                # What was settled before the stream was open, the action itself tells.
                return self._settled(self._read()) or self._heard(stream)
            except WritError as error:
                if error.code in ("unreachable", "timeout"):
                    return None
                raise

    def _heard(self, stream: OpenStream) -> Optional[Json]:
        for frame in frames_of(lambda: stream.read_line(min(self._left(), _SILENCE))):
            told = frame.data if frame.event == "action.updated" and isinstance(frame.data, dict) else {}
            if told.get("action_id") == self._action_id and self._is_allowed(told):
                return self._read()
            if self._left() <= 0:
                return None
        return None

    def _poll(self) -> Json:
        # Asked once more at the very end: a ruling of the last moment is not told as a timeout.
        last = False
        while True:
            answer = self._settled(self._read())
            if answer is not None:
                return answer
            left = self._left()
            if last or left <= 0:
                raise WritError(f"Timed out waiting for approval of action {self._action_id}", code="timeout")
            last = left <= self._interval
            time.sleep(min(self._interval, left))

    def _settled(self, answer: Json) -> Optional[Json]:
        """The answer when there is nothing to wait for any more; raises when that is no permission."""
        action = answer["action"]
        if self._is_allowed(action):
            return answer
        status = action.get("status")
        if status == "pending_approval":
            if not self._pending and self._on_pending is not None:
                self._on_pending(action)
            self._pending = True
            return None
        if self._pending:
            raise WritError(f"Action {self._action_id} left pending_approval without an approval; it is {status}.")
        if status == "pending":
            return None
        if status == "running":
            return answer
        raise WritError(f"Action {self._action_id} does not wait for an approval; it is {status}.")

    def _is_allowed(self, action: Mapping[str, Any]) -> bool:
        """Who allowed it is tested first, whatever the status: an allowed act may have run and failed since."""
        if action.get("approved_by"):
            return True
        status = action.get("status")
        if status == "expired":
            raise ApprovalExpiredError(self._action_id)
        if status in ("failed", "cancelled"):
            raise ApprovalDeniedError(action.get("error_message") or f"Action {self._action_id} was denied.", status)
        return False

    def _read(self) -> Json:
        return self._connection.actions_get(action_id=self._action_id)


def wait_for_pairing(connection: Connection, pairing_id: str, timeout: float = 300.0, interval: float = 2.0) -> Json:
    """The pairing as soon as an admin approved it."""
    end = time.monotonic() + timeout
    while True:
        pairing = connection.pairings_get(id=pairing_id).get("pairing")
        if pairing is None:
            raise WritError(f"The server does not tell of the pairing {pairing_id}.")
        if pairing["status"] == "approved":
            return pairing
        if pairing["status"] == "expired":
            raise WritError(f"The pairing {pairing_id} has expired.")
        left = end - time.monotonic()
        if left <= 0:
            raise WritError(f"Timed out waiting for the pairing {pairing_id} to be approved.", code="timeout")
        time.sleep(min(interval, left))


def _blocked(error: WritError) -> GuardBlockedError:
    if isinstance(error, GuardBlockedError):
        return error
    told = error.body.get("decision")
    decision = told if isinstance(told, dict) else {"decision": "block", "reason": error.message}
    return GuardBlockedError(decision, body=error.body, code=error.code, request_id=error.request_id)
