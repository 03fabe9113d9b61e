"""Keys that make a repeated call the same call."""

from __future__ import annotations

import hashlib
from typing import Any, Mapping

from .signing import script_text


def derive_idempotency_key(parts: Mapping[str, Any]) -> str:
    """A key that is the same for the same parts, in whatever order they are written.

    SHA-256 (64 hex digits) over ``name=value`` of the sorted names, joined by ``|``; None counts as empty. Equal to
    what the TypeScript client makes of the same parts.
    """
    if not isinstance(parts, Mapping):
        raise TypeError("derive_idempotency_key takes a mapping of named parts.")
    names = sorted(parts, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    text = "|".join(f"{name}={_written(parts[name])}" for name in names)
    # Half of a surrogate pair has no UTF-8 form: JavaScript hashes U+FFFD instead.
    whole = "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)
    return hashlib.sha256(whole.encode("utf-8")).hexdigest()


def _written(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else script_text(value, ordered=False)
