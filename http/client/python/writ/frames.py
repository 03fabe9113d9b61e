"""Server-sent events, as they arrive."""

from __future__ import annotations

import json
from typing import Any, Callable, Iterator, NamedTuple, Optional


class Frame(NamedTuple):
    event: str
    data: Any
    #: Give it as ``last_event_id`` to go on from here.
    id: Optional[str]


def frames_of(read_line: Callable[[], bytes]) -> Iterator[Frame]:
    """Complete frames until the stream ends. Frames without event or readable data are left out."""
    event, data, ident = "", "", None
    while True:
        raw = read_line()
        if raw == b"":
            return
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if line == "":
            parsed = _parsed(data) if event and data else None
            if parsed is not None:
                yield Frame(event, parsed, ident)
            event, data = "", ""
            continue
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            event = value
        elif name == "data":
            data += value if data == "" else "\n" + value
        elif name == "id":
            ident = value


def _parsed(data: str) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None
