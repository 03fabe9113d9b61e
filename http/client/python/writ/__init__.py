"""Client of Writ: ask before acting, record what is done, wait for people, report how it ended."""

from .client import ActionContext, Writ
from .connection import Connection
from .errors import ApprovalDeniedError, ApprovalExpiredError, GuardBlockedError, WritError
from .frames import Frame
from .idempotency import derive_idempotency_key
from .signing import canonical_bytes, sign_body

__all__ = [
    "ActionContext",
    "ApprovalDeniedError",
    "ApprovalExpiredError",
    "Connection",
    "Frame",
    "GuardBlockedError",
    "Writ",
    "WritError",
    "canonical_bytes",
    "derive_idempotency_key",
    "sign_body",
]
