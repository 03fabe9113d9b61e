"""The bytes that agents sign, and their signature beside the body.

The standard library has no asymmetric keys: the caller brings ``signer``, which turns bytes into the raw signature
(Ed25519; ECDSA P-256 over SHA-256 as r||s; or RSASSA-PKCS1-v1_5 over SHA-256).
"""

from __future__ import annotations

import base64
import json
import math
from decimal import Decimal
from typing import Any, Callable, Dict, Mapping

Signer = Callable[[bytes], bytes]


def sign_body(body: Mapping[str, Any], signer: Signer) -> Dict[str, Any]:
    """The body with ``_signature``: base64, by ``signer``, over the canonical JSON of the body without it."""
    signature = signer(canonical_bytes(body))
    return {**body, "_signature": base64.b64encode(signature).decode("ascii")}


def canonical_bytes(body: Mapping[str, Any]) -> bytes:
    """Canonical JSON as the server verifies it: names sorted by UTF-16 code units, no spaces, ECMAScript numbers."""
    unsigned = {name: value for name, value in body.items() if name != "_signature"}
    return script_text(unsigned).encode("utf-8")


def script_text(value: Any, *, ordered: bool = True) -> str:
    """JSON as a JavaScript engine writes it."""
    if value is None or isinstance(value, (bool, str)):
        return _escaped(value) if isinstance(value, str) else json.dumps(value)
    if isinstance(value, (int, float)):
        return _number(float(value))
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(script_text(one, ordered=ordered) for one in value) + "]"
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass")) if ordered else list(value)
        fields = (f"{_escaped(name)}:{script_text(value[name], ordered=ordered)}" for name in names)
        return "{" + ",".join(fields) + "}"
    raise TypeError(f"{type(value).__name__} has no JSON form.")


def _escaped(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    # Half of a surrogate pair has no UTF-8 form.
    return "".join(f"\\u{ord(one):04x}" if "\ud800" <= one <= "\udfff" else one for one in written)


def _number(value: float) -> str:
    """ECMA-262, Number::toString: the shortest digits that read back as the same number."""
    if not math.isfinite(value):
        raise ValueError("JSON has no infinite numbers and no NaN.")
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + int(exponent)
    minus = "-" if sign else ""
    if len(text) <= point <= 21:
        return minus + text.ljust(point, "0")
    if 0 < point <= 21:
        return f"{minus}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    mantissa = text if len(text) == 1 else f"{text[0]}.{text[1:]}"
    return f"{minus}{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"
