"""What a call that did not succeed raises."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

Json = Dict[str, Any]


class WritError(Exception):
    """A call that did not succeed.

    ``code`` is the server's, or ``unreachable`` or ``timeout`` when no answer came; ``status`` is then 0.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: Optional[str] = None,
        body: Optional[Json] = None,
        request_id: Optional[str] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        #: The parsed answer; empty when there was none.
        self.body: Json = {} if body is None else body
        #: Names this call in the server's log.
        self.request_id = request_id
        #: Seconds after which the server would have the call repeated.
        self.retry_after = retry_after
        #: The whole body; narrowed by the classes below.
        self.decision: Any = self.body

    @property
    def details(self) -> Optional[List[str]]:
        """One sentence per problem of an input that was refused."""
        details = self.body.get("details")
        return [str(one) for one in details] if isinstance(details, list) else None


class GuardBlockedError(WritError):
    """A policy blocks the act. ``decision`` is the guard's answer with its reasons."""

    def __init__(self, decision: Json, *, body: Json, code: Optional[str] = None, request_id: Optional[str] = None):
        message = _text(decision.get("reason")) or "The act is blocked by policy."
        super().__init__(message, status=403, code=code, body=body, request_id=request_id)
        self.decision: Json = decision

    @property
    def action(self) -> Optional[Json]:
        """The record of the blocked act, where one was made."""
        action = self.body.get("action")
        return action if isinstance(action, dict) else None


class ApprovalDeniedError(WritError):
    """A person said no, or the act was withdrawn. ``decision`` is the status of the action."""

    def __init__(self, message: str, status: str) -> None:
        super().__init__(message, code="denied")
        self.decision: str = status


class ApprovalExpiredError(WritError):
    """Nobody decided before the approval ran out: no denial, and no permission either."""

    def __init__(self, action_id: str) -> None:
        super().__init__(f"Nobody decided about action {action_id} before its approval expired.", code="expired")
        self.decision: str = "expired"


def error_of(
    status: int, body: Json, request_id: Optional[str] = None, retry_after: Optional[float] = None
) -> WritError:
    """The error that an answer stands for."""
    code = _text(body.get("code"))
    request_id = _text(body.get("request_id")) or request_id
    decision = body.get("decision")
    if status == 403 and isinstance(decision, dict) and decision.get("decision") == "block":
        return GuardBlockedError(decision, body=body, code=code, request_id=request_id)
    message = _text(body.get("reason")) or _text(body.get("error")) or f"Request failed with status {status}"
    return WritError(
        message, status=status, code=code, body=body, request_id=request_id, retry_after=retry_after
    )


def _text(value: Any) -> Optional[str]:
    return value if isinstance(value, str) and value != "" else None
