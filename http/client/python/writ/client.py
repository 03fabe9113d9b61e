"""Governance for one agent."""

from __future__ import annotations

import datetime
from types import TracebackType
from typing import Any, Callable, Mapping, Optional, Sequence, Type

from .connection import AuthToken, Connection
from .errors import Json
from .idempotency import derive_idempotency_key
from .operations_gen import UNSET
from .signing import Signer, sign_body
from .waiting import Wait, wait_for_pairing


class Writ(Connection):
    """Ask before acting, record what is done, wait for people, report how it ended.

    Besides the methods here, every operation of the server is a method of its own name.

    :param agent_id: the agent this client speaks for
    :param signer: signs the bytes of an action with the agent's private key; its public key must be registered for the
        agent (``create_pairing``). The standard library has no such keys: give the ``sign`` of a library that has.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        agent_id: str,
        *,
        agent_name: Optional[str] = None,
        auth_token: Optional[AuthToken] = None,
        signer: Optional[Signer] = None,
        timeout: float = 30.0,
        retries: int = 2,
    ) -> None:
        for name, value in (("base_url", base_url), ("api_key", api_key), ("agent_id", agent_id)):
            if not value:
                raise ValueError(f"{name} is required")
        super().__init__(base_url, api_key, auth_token=auth_token, timeout=timeout, retries=retries)
        self.agent_id = agent_id
        self.agent_name = agent_name
        self._signer = signer

    def __enter__(self) -> Writ:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def guard(self, action_type: str, **act: Any) -> Json:
        """Whether the act may be done; takes the fields of ``guard_evaluate``. A block is an answer, not an error."""
        name = UNSET if self.agent_name is None else self.agent_name
        return self.guard_evaluate(**{"agent_id": self.agent_id, "agent_name": name, **act, "action_type": action_type})

    def create_action(self, action_type: str, declared_goal: str, **action: Any) -> Json:
        """Records the act that is about to be done; takes the fields of ``actions_create``.

        Raises GuardBlockedError when it may not be done.
        """
        body = {**action, "action_type": action_type, "declared_goal": declared_goal, "agent_id": self.agent_id}
        timeout = body.pop("request_timeout", None)
        return self.actions_create(**(sign_body(body, self._signer) if self._signer else body), request_timeout=timeout)

    def update_outcome(self, action_id: str, **patch: Any) -> Json:
        """Takes the fields of ``actions_update``; the action ends now unless ``timestamp_end`` says otherwise."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self.actions_update(**{"timestamp_end": now, **patch, "action_id": action_id})

    def get_action(self, action_id: str) -> Json:
        return self.actions_get(action_id=action_id)

    def get_pending_approvals(self, limit: int = 20, offset: int = 0) -> Json:
        return self.actions_list(status="pending_approval", limit=limit, offset=offset)

    def approve_action(self, action_id: str, decision: str, reasoning: Optional[str] = None) -> Json:
        """Needs a key that may approve; agent keys are refused. ``decision`` is allow or deny."""
        more = {} if reasoning is None else {"reasoning": reasoning}
        return self.call("approvals_decide", {"action_id": action_id, "decision": decision, **more})

    def wait_for_approval(
        self,
        action_id: str,
        *,
        timeout: float = 300.0,
        interval: float = 5.0,
        on_pending: Optional[Callable[[Json], Any]] = None,
    ) -> Json:
        """The action as soon as a person allowed it.

        Listens to the event stream; polls every ``interval`` seconds when that cannot be had or ends. Raises
        ApprovalDeniedError, ApprovalExpiredError, GuardBlockedError, and a WritError with the code ``timeout`` when
        nobody decided in time: that is no denial, and the wait can be repeated.

        :param on_pending: told once that the action waits for a person
        """
        return Wait(self, action_id, timeout=timeout, interval=interval, on_pending=on_pending).result()

    def create_pairing(
        self, public_key: str, *, algorithm: Optional[str] = None, agent_name: Optional[str] = None
    ) -> Json:
        """Asks an admin to register the public key (PEM, SPKI) of this agent."""
        name = self.agent_name if agent_name is None else agent_name
        more = {"algorithm": algorithm, "agent_name": name}
        given = {field: value for field, value in more.items() if value is not None}
        return self.call("pairings_create", {"agent_id": self.agent_id, "public_key": public_key, **given})

    def wait_for_pairing(self, pairing_id: str, *, timeout: float = 300.0, interval: float = 2.0) -> Json:
        """The pairing as soon as an admin approved it."""
        return wait_for_pairing(self, pairing_id, timeout, interval)

    def record_assumption(self, assumption: str, **more: Any) -> Json:
        """Takes the fields of ``assumptions_create``."""
        return self.assumptions_create(**{**more, "assumption": assumption})

    def register_open_loop(
        self, action_id: str, loop_type: str, description: str, metadata: Optional[Mapping[str, Any]] = None
    ) -> Json:
        more = {} if metadata is None else {"metadata": metadata}
        given = {"action_id": action_id, "loop_type": loop_type, "description": description, **more}
        return self.call("loops_create", given)

    def resolve_open_loop(self, loop_id: str, status: str = "resolved", resolution: Optional[str] = None) -> Json:
        more = {} if resolution is None else {"resolution": resolution}
        return self.call("loops_close", {"loop_id": loop_id, "status": status, **more})

    def heartbeat(
        self,
        status: str = "online",
        metadata: Optional[Mapping[str, Any]] = None,
        *,
        current_task_id: Optional[str] = None,
    ) -> Json:
        """Tells that the agent is alive; best sent every 30 seconds. After two minutes without one it is stale."""
        more = {"agent_name": self.agent_name, "metadata": metadata, "current_task_id": current_task_id}
        given = {field: value for field, value in more.items() if value is not None}
        return self.call("agents_heartbeat", {"agent_id": self.agent_id, "status": status, **given})

    def report_connections(self, connections: Sequence[Mapping[str, Any]]) -> Json:
        return self.agents_report_connections(agent_id=self.agent_id, connections=list(connections))

    def get_agents(self, **filters: Any) -> Json:
        """Takes the fields of ``agents_list``."""
        return self.agents_list(**filters)

    def get_agent(self, agent_id: Optional[str] = None) -> Json:
        return self.agents_get(agent_id=agent_id or self.agent_id)

    def get_agent_profile(self, agent_id: Optional[str] = None) -> Json:
        return self.agents_get_profile(agent_id=agent_id or self.agent_id)

    def get_action_graph(self, action_id: str) -> Json:
        return self.actions_get_graph(action_id=action_id)

    def report_action_outcome(self, action_id: str, status: str, **outcome: Any) -> Json:
        """Takes the fields of ``actions_report_outcome``; the first report stands."""
        return self.call("actions_report_outcome", {**outcome, "status": status, "action_id": action_id})

    def report_action_success(self, action_id: str, summary: Optional[str] = None) -> Json:
        return self.report_action_outcome(action_id, "completed", **_summary(summary))

    def report_action_failure(self, action_id: str, error_message: str, summary: Optional[str] = None) -> Json:
        return self.report_action_outcome(action_id, "failed", error_message=error_message, **_summary(summary))

    def report_action_partial(
        self, action_id: str, progress: Mapping[str, Any], summary: Optional[str] = None
    ) -> Json:
        return self.report_action_outcome(action_id, "partial", progress=progress, **_summary(summary))

    def get_action_outcome(self, action_id: str) -> Json:
        return self.actions_get_outcome(action_id=action_id)

    def simulate_policy(self, **policy: Any) -> Json:
        """Takes the fields of ``policies_simulate``."""
        return self.policies_simulate(**policy)

    def action_context(self, action_id: str) -> ActionContext:
        """The calls that belong to one action, bound to its id."""
        return ActionContext(self, action_id)

    def derive_idempotency_key(self, parts: Mapping[str, Any]) -> str:
        return derive_idempotency_key(parts)


class ActionContext:
    """One action. As a context manager it reports how the block ended, unless the block did so itself."""

    def __init__(self, writ: Writ, action_id: str) -> None:
        self.action_id = action_id
        self._writ = writ
        self._reported = False

    def __enter__(self) -> ActionContext:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], _: Optional[TracebackType]
    ) -> None:
        if self._reported:
            return
        if kind is None:
            self.report_success()
        else:
            self.report_failure(f"{kind.__name__}: {error}")

    def record_assumption(self, assumption: str, **more: Any) -> Json:
        return self._writ.record_assumption(assumption, **{**more, "action_id": self.action_id})

    def update_outcome(self, **patch: Any) -> Json:
        return self._writ.update_outcome(self.action_id, **patch)

    def report_success(self, summary: Optional[str] = None) -> Json:
        self._reported = True
        return self._writ.report_action_success(self.action_id, summary)

    def report_failure(self, error_message: str, summary: Optional[str] = None) -> Json:
        self._reported = True
        return self._writ.report_action_failure(self.action_id, error_message, summary)


def _summary(summary: Optional[str]) -> Json:
    return {} if summary is None else {"summary": summary}
