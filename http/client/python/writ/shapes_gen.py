# Written by `npm run gen`; not edited by hand.
from __future__ import annotations

from typing import Any, Literal, TypedDict


class ActShell(TypedDict):
    kind: Literal["shell"]
    command: str


class _ActHttpRequestNeeded(TypedDict):
    method: str
    url: str


class ActHttpRequest(_ActHttpRequestNeeded, total=False):
    body_excerpt: str


class ActHttp(TypedDict):
    kind: Literal["http"]
    request: ActHttpRequest


class ActSql(TypedDict):
    kind: Literal["sql"]
    statement: str


class _ActFileFileNeeded(TypedDict):
    path: str


class ActFileFile(_ActFileFileNeeded, total=False):
    content_excerpt: str
    bytes: int


class ActFile(TypedDict):
    kind: Literal["file"]
    file: ActFileFile


class Tools(TypedDict):
    name: str


class Shares(TypedDict):
    version_id: str
    weight: int


class Extra(TypedDict, total=False):
    tool_call_id: str


class Records(TypedDict):
    type: str


class Install(TypedDict):
    machine: str
    scope: Literal["user", "managed"]
    changed: list[str]


class _TelegramNeeded(TypedDict):
    bot_token: str
    chat_id: str


class Telegram(_TelegramNeeded, total=False):
    answers: Literal["polling", "webhook", "off"]
    api_url: str


class Slack(TypedDict):
    url: str


class _EmailNeeded(TypedDict):
    host: str
    sender: str
    to: list[str]


class Email(_EmailNeeded, total=False):
    port: int
    security: Literal["tls", "starttls", "none"]
    user: str
    password: str


class TestsGiven(TypedDict, total=False):
    risk: float
    permission_level: str
    session: dict[str, Any]
    injection: dict[str, Any]
    observed: dict[str, dict[str, Any]]
    at: str


class _TestsExpectNeeded(TypedDict):
    decision: Literal["allow", "warn", "require_approval", "block"]


class TestsExpect(_TestsExpectNeeded, total=False):
    policies: list[str]


class _TestsNeeded(TypedDict):
    name: str
    input: dict[str, Any]
    expect: TestsExpect


class Tests(_TestsNeeded, total=False):
    given: TestsGiven


class _SettingsIdentityIssuersNeeded(TypedDict):
    issuer: str


class SettingsIdentityIssuers(_SettingsIdentityIssuersNeeded, total=False):
    audience: str
    jwks_uri: str


class Settings(TypedDict, total=False):
    guard_fallback: Literal["require_approval", "block"] | None
    guard_deadline_ms: int | None
    separation_of_duties: Literal["auto", "on", "off"] | None
    require_second_factor: bool | None
    secret_block: bool | None
    redact_tool_output: bool | None
    injection_block: bool | None
    outcome_timeout_minutes: int | None
    approval_default_hours: int | None
    approval_grace_minutes: int | None
    agent_enrolment: Literal["open", "closed"] | None
    identity_issuers: list[SettingsIdentityIssuers] | None
    identity_token_max_seconds: int | None
    identity_replay: Literal["off", "best_effort", "required"] | None
    identity_act_binding: Literal["off", "best_effort", "required"] | None
    require_verified_identity: Literal["off", "warn", "require_approval", "block"] | None
    signed_actions: Literal["off", "required"] | None
    rate_limit_per_minute: int | None
    clawmit_requests_per_minute: int | None
    clawmit_requests_per_day: int | None
    alert_stuck_minutes: int | None
    alert_errors_per_minute: int | None
    alert_agent_cost_usd: float | None
    alert_org_cost_usd: float | None
    alert_loop_calls: int | None
    alert_loop_minutes: int | None
    telemetry_retention_days: int | None
    clawtrait_plan: Literal["starter", "pro", "team", "enterprise"] | None
    llm_provider: Literal["anthropic", "openai-compatible"] | None
    llm_model: str | None
    llm_base_url: str | None
    otlp_endpoint: str | None
    llm_api_key: str | None
    otlp_headers: str | None


class _FilesNeeded(TypedDict):
    path: str
    content: str


class Files(_FilesNeeded, total=False):
    encoding: Literal["utf8", "base64"]
    link: bool


class _ToolPinsCheckToolsNeeded(TypedDict):
    name: str


class ToolPinsCheckTools(_ToolPinsCheckToolsNeeded, total=False):
    title: Any
    description: Any
    inputSchema: Any
    outputSchema: Any
    annotations: Any
