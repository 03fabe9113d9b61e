"""What urllib does not do by itself: no redirects, and streams whose patience can be changed while they are read."""

from __future__ import annotations

import email.utils
import http.client
import socket
import time
from email.message import Message
from typing import Any, Callable, ContextManager, List, Optional
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, Request, build_opener

#: Turns what the network raises into the client's own errors.
Reached = Callable[[], ContextManager[None]]


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would take the key to another host, so it is an error like any other status."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


def open_url(request: Request, timeout: float) -> http.client.HTTPResponse:
    response: http.client.HTTPResponse = _opener.open(request, timeout=timeout)
    return response


class OpenStream:
    """A successful answer that goes on."""

    def __init__(self, response: http.client.HTTPResponse, sockets: List[socket.socket], reached: Reached) -> None:
        self._response = response
        self._sockets = sockets
        self._reached = reached

    def read_line(self, timeout: float) -> bytes:
        """One line with its end; empty when the stream is over. Waits at most ``timeout`` seconds for more."""
        for one in self._sockets:
            one.settimeout(max(0.001, timeout))
        with self._reached():
            return self._response.readline()

    def close(self) -> None:
        self._response.close()


def stream_url(request: Request, timeout: float, reached: Reached) -> OpenStream:
    sockets: List[socket.socket] = []

    class Plain(http.client.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            sockets.append(self.sock)

    class Secure(http.client.HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            sockets.append(self.sock)

    class PlainHandler(HTTPHandler):
        def http_open(self, req: Request) -> Any:
            return self.do_open(Plain, req)

    class SecureHandler(HTTPSHandler):
        def https_open(self, req: Request) -> Any:
            return self.do_open(Secure, req)

    opener = build_opener(_NoRedirects, PlainHandler, SecureHandler)
    return OpenStream(opener.open(request, timeout=timeout), sockets, reached)


def retry_after_of(headers: Message) -> Optional[float]:
    """Seconds or a date (RFC 9110, section 10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, IndexError):
        return None
