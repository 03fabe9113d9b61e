"""One server and one credential, over the standard library."""

from __future__ import annotations

import contextlib
import json
import time
from http.client import HTTPException
from typing import Any, Callable, Dict, Iterator, Mapping, NamedTuple, Optional, Union
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request

from .errors import Json, WritError, error_of
from .frames import Frame, frames_of
from .operations_gen import ROUTES, UNSET, Operations, Route
from .transport import OpenStream, open_url, retry_after_of, stream_url

AuthToken = Union[str, Callable[[], str]]

#: Answers that tell nothing was done: the server, or what stands before it, was not ready.
_NOT_READY = (429, 502, 503, 504)
#: Longest pause that a server may ask for before a repeat; above it the error is raised.
_MAX_PAUSE = 30.0
#: The server writes a heartbeat every 15 seconds.
_STREAM_SILENCE = 45.0


class Sent(NamedTuple):
    """One request as it goes out."""

    method: str
    path: str
    query: Optional[Mapping[str, Any]] = None
    body: Any = UNSET
    #: Whether a repeat has no second effect.
    repeatable: bool = False


class Connection(Operations):
    """Makes calls. One that is not known to be repeatable is made once, and never again without its caller knowing.

    :param base_url: address of the server, as ``https://writ.example``
    :param api_key: sent as X-API-Key
    :param auth_token: a JWT that says which agent speaks, or a function that makes one for each call; sent as Bearer.
        Without ``api_key`` it is the credential itself: an API key or an access token.
    :param timeout: seconds without an answer after which a call fails
    :param retries: further attempts of a call that can be repeated
    """

    def __init__(
        self,
        base_url: str,
        api_key: Optional[str] = None,
        *,
        auth_token: Optional[AuthToken] = None,
        timeout: float = 30.0,
        retries: int = 2,
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise ValueError("base_url must start with http:// or https://")
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self.retries = retries
        self._api_key = api_key
        self._auth_token = auth_token
        self._closed = False

    def call(
        self, name: str, input: Optional[Mapping[str, Any]] = None, *, request_timeout: Optional[float] = None
    ) -> Json:
        """Any operation of the server by its name, with its input as it goes over the wire."""
        return self._run(name, dict(input or {}), request_timeout)

    def request(self, sent: Sent, *, timeout: Optional[float] = None) -> Json:
        """The parsed body of a 2xx answer; every other answer raises. A body that is no JSON object counts as empty."""
        for attempt in range(self.retries + 1):
            try:
                return self._once(sent, self.timeout if timeout is None else timeout)
            except WritError as error:
                pause = _pause_before_repeat(error, attempt)
                if not sent.repeatable or attempt == self.retries or pause is None:
                    raise
            time.sleep(pause)
        raise AssertionError("The loop ends with an answer or an error.")

    def events(self, last_event_id: Optional[str] = None) -> Iterator[Frame]:
        """Events of the org as they happen, until the server ends the stream (after half an hour at most)."""
        headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        with self.stream("/api/stream", headers) as stream:
            yield from frames_of(lambda: stream.read_line(_STREAM_SILENCE))

    @contextlib.contextmanager
    def stream(
        self, path: str, headers: Optional[Mapping[str, str]] = None, *, timeout: Optional[float] = None
    ) -> Iterator[OpenStream]:
        """An open answer that is read line by line."""
        request = Request(f"{self.base_url}{path}", headers={**self._credentials(), **(headers or {})})
        with self._reached():
            stream = stream_url(request, self.timeout if timeout is None else timeout, self._reached)
        with contextlib.closing(stream):
            yield stream

    def close(self) -> None:
        """Forgets the credential and makes no further calls."""
        self._closed = True
        self._api_key = None
        self._auth_token = None

    def _run(self, name: str, given: Dict[str, Any], timeout: Optional[float]) -> Json:
        route = ROUTES.get(name)
        if route is None:
            raise ValueError(f"There is no operation {name}.")
        return self.request(_placed(name, route, given), timeout=timeout)

    def _once(self, sent: Sent, timeout: float) -> Json:
        query = _search_of(sent.query or {})
        data = None if sent.body is UNSET else _written(sent.body)
        headers = {**self._credentials(), "Content-Type": "application/json", "Accept": "application/json"}
        request = Request(f"{self.base_url}{sent.path}{query}", data=data, headers=headers, method=sent.method)
        with self._reached(), open_url(request, timeout) as response:
            return _parsed(response.read())

    def _credentials(self) -> Dict[str, str]:
        if self._closed:
            raise ValueError("This client is closed.")
        token = self._auth_token() if callable(self._auth_token) else self._auth_token
        return {
            **({} if self._api_key is None else {"X-API-Key": self._api_key}),
            **({} if token is None else {"Authorization": f"Bearer {token}"}),
        }

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """Turns whatever the network raises into a WritError."""
        try:
            yield
        except HTTPError as answer:
            with answer:
                body = _parsed(answer.read())
            raise error_of(
                answer.code, body, answer.headers.get("X-Request-Id"), retry_after_of(answer.headers)
            ) from None
        except (OSError, HTTPException) as cause:
            reason = cause.reason if isinstance(cause, URLError) else cause
            # An alias of TimeoutError from Python 3.10 on.
            if isinstance(reason, TimeoutError) or type(reason).__name__ == "timeout":
                raise WritError(f"Writ at {self.base_url} did not answer in time.", code="timeout") from cause
            raise WritError(f"Writ cannot be reached at {self.base_url}.", code="unreachable") from cause


def _placed(name: str, route: Route, given: Dict[str, Any]) -> Sent:
    """The input in path, query and body, as the operation's route says."""
    rest = {field: value for field, value in given.items() if value is not UNSET}
    path = route.path
    for field in route.in_path:
        value = rest.pop(field, None)
        if not isinstance(value, str) or value == "":
            raise ValueError(f"{name} needs {field}")
        path = path.replace("{" + field + "}", quote(value, safe=""))
    repeatable = route.repeatable or bool(rest.get("idempotency_key"))
    if route.method in ("GET", "DELETE"):
        return Sent(route.method, path, query=rest, repeatable=repeatable)
    return Sent(route.method, path, body=rest, repeatable=repeatable)


def _pause_before_repeat(error: WritError, attempt: int) -> Optional[float]:
    """Seconds to wait; None where a repeat makes no sense."""
    if error.code != "unreachable" and error.status not in _NOT_READY:
        return None
    pause = 0.25 * 2**attempt if error.retry_after is None else error.retry_after
    return pause if pause <= _MAX_PAUSE else None


def _search_of(query: Mapping[str, Any]) -> str:
    pairs = []
    for name, value in query.items():
        if value is None:
            continue
        for one in value if isinstance(value, (list, tuple)) else [value]:
            pairs.append((name, json.dumps(one) if isinstance(one, bool) else str(one)))
    return f"?{urlencode(pairs)}" if pairs else ""


def _written(body: Any) -> bytes:
    return json.dumps(body, allow_nan=False).encode("utf-8")


def _parsed(raw: bytes) -> Json:
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
