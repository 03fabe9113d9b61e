# Written by `npm run gen`; not edited by hand.
from __future__ import annotations

from typing import Any, Dict, Literal, NamedTuple, Optional, Tuple

from . import shapes_gen as shapes


class Unset:
    """What was left away; None is sent as null."""


UNSET = Unset()


class Route(NamedTuple):
    method: str
    path: str
    in_path: Tuple[str, ...]
    #: Whether a repeat of the call has no second effect.
    repeatable: bool


ROUTES: Dict[str, Route] = {
    "accounts_confirm_totp": Route("POST", "/api/account/totp/confirm", (), False),
    "accounts_create_reset_link": Route("POST", "/api/accounts/reset-link", (), False),
    "accounts_get": Route("GET", "/api/account", (), True),
    "accounts_list_sessions": Route("GET", "/api/account/sessions", (), True),
    "accounts_remove_totp": Route("DELETE", "/api/account/totp", (), False),
    "accounts_revoke_session": Route("DELETE", "/api/account/sessions/{id}", ("id",), False),
    "accounts_start_totp": Route("POST", "/api/account/totp", (), False),
    "accounts_update": Route("PATCH", "/api/account", (), True),
    "actions_cancel": Route("POST", "/api/actions/{action_id}/cancel", ("action_id",), False),
    "actions_create": Route("POST", "/api/actions", (), False),
    "actions_get": Route("GET", "/api/actions/{action_id}", ("action_id",), True),
    "actions_get_graph": Route("GET", "/api/actions/{action_id}/graph", ("action_id",), True),
    "actions_get_outcome": Route("GET", "/api/actions/{action_id}/outcome", ("action_id",), True),
    "actions_get_stats": Route("GET", "/api/actions/stats", (), True),
    "actions_list": Route("GET", "/api/actions", (), True),
    "actions_list_costs": Route("GET", "/api/actions/costs", (), True),
    "actions_remove": Route("DELETE", "/api/actions", (), True),
    "actions_report_outcome": Route("POST", "/api/actions/{action_id}/outcome", ("action_id",), False),
    "actions_update": Route("PATCH", "/api/actions/{action_id}", ("action_id",), True),
    "activity_list": Route("GET", "/api/activity", (), True),
    "agent_versions_choose": Route("GET", "/api/agents/{agent_id}/choose", ("agent_id",), True),
    "agent_versions_compare": Route("GET", "/api/agents/{agent_id}/versions/compare", ("agent_id",), True),
    "agent_versions_create": Route("POST", "/api/agents/{agent_id}/versions", ("agent_id",), False),
    "agent_versions_fork": Route("POST", "/api/agents/{agent_id}/fork", ("agent_id",), False),
    "agent_versions_get": Route("GET", "/api/agents/{agent_id}/versions/{version_id}", ("agent_id", "version_id",), True),
    "agent_versions_get_lineage": Route("GET", "/api/agents/{agent_id}/lineage", ("agent_id",), True),
    "agent_versions_get_traffic": Route("GET", "/api/agents/{agent_id}/traffic", ("agent_id",), True),
    "agent_versions_list": Route("GET", "/api/agents/{agent_id}/versions", ("agent_id",), True),
    "agent_versions_register": Route("POST", "/api/agents/registry", (), False),
    "agent_versions_rollback": Route("POST", "/api/agents/{agent_id}/rollback", ("agent_id",), False),
    "agent_versions_set_tags": Route("PUT", "/api/agents/{agent_id}/versions/{version_id}/tags", ("agent_id", "version_id",), True),
    "agent_versions_set_traffic": Route("PUT", "/api/agents/{agent_id}/traffic", ("agent_id",), True),
    "agents_count": Route("GET", "/api/agent-count", (), True),
    "agents_create": Route("POST", "/api/agents", (), True),
    "agents_get": Route("GET", "/api/agents/{agent_id}", ("agent_id",), True),
    "agents_get_profile": Route("GET", "/api/agents/{agent_id}/profile", ("agent_id",), True),
    "agents_heartbeat": Route("POST", "/api/agents/heartbeat", (), True),
    "agents_list": Route("GET", "/api/agents", (), True),
    "agents_list_connections": Route("GET", "/api/agents/connections", (), True),
    "agents_pause": Route("POST", "/api/agents/{agent_id}/pause", ("agent_id",), True),
    "agents_report_connections": Route("POST", "/api/agents/connections", (), True),
    "agents_resume": Route("POST", "/api/agents/{agent_id}/resume", ("agent_id",), True),
    "alerts_acknowledge": Route("POST", "/api/alerts/{alert_id}/acknowledge", ("alert_id",), True),
    "alerts_get": Route("GET", "/api/alerts/{alert_id}", ("alert_id",), True),
    "alerts_list": Route("GET", "/api/alerts", (), True),
    "alerts_mute": Route("POST", "/api/alerts/mute", (), True),
    "approvals_decide": Route("POST", "/api/approvals/{action_id}", ("action_id",), False),
    "approvals_list": Route("GET", "/api/approvals", (), True),
    "approvals_wait": Route("GET", "/api/actions/{action_id}/wait", ("action_id",), False),
    "assumptions_create": Route("POST", "/api/assumptions", (), False),
    "assumptions_get": Route("GET", "/api/assumptions/{assumption_id}", ("assumption_id",), True),
    "assumptions_list": Route("GET", "/api/assumptions", (), True),
    "assumptions_update": Route("PATCH", "/api/assumptions/{assumption_id}", ("assumption_id",), True),
    "doctor_check": Route("GET", "/api/doctor", (), True),
    "doctor_fix": Route("POST", "/api/doctor/fix", (), True),
    "drift_get": Route("GET", "/api/agents/{agent_id}/drift", ("agent_id",), True),
    "drift_pin_baseline": Route("PUT", "/api/agents/{agent_id}/drift/baseline", ("agent_id",), True),
    "fleet_get": Route("GET", "/api/fleet/{agent_id}", ("agent_id",), True),
    "fleet_list": Route("GET", "/api/fleet", (), True),
    "grants_list": Route("GET", "/api/grants", (), True),
    "grants_list_own": Route("GET", "/api/account/grants", (), True),
    "grants_revoke": Route("DELETE", "/api/grants/{id}", ("id",), True),
    "grants_revoke_own": Route("DELETE", "/api/account/grants/{id}", ("id",), True),
    "grants_rotate_key": Route("POST", "/api/oauth/rotate-key", (), False),
    "guard_evaluate": Route("POST", "/api/guard", (), False),
    "guard_get_decision": Route("GET", "/api/guard/decisions/{decision_id}", ("decision_id",), True),
    "guard_list_decisions": Route("GET", "/api/guard/decisions", (), True),
    "halt_get": Route("GET", "/api/halt", (), True),
    "halt_start": Route("POST", "/api/halt", (), True),
    "halt_stop": Route("DELETE", "/api/halt", (), True),
    "hosts_ask": Route("POST", "/api/hosts/{host}/ask", ("host",), False),
    "hosts_deliver": Route("POST", "/api/hosts/{host}/deliver", ("host",), True),
    "hosts_end_turn": Route("POST", "/api/hosts/{host}/end-turn", ("host",), True),
    "hosts_join": Route("POST", "/api/hosts/{host}/join", ("host",), True),
    "hosts_list": Route("GET", "/api/hosts", (), True),
    "hosts_record": Route("POST", "/api/hosts/{host}/record", ("host",), True),
    "hosts_report": Route("POST", "/api/hosts", (), True),
    "hosts_start_session": Route("POST", "/api/hosts/{host}/start-session", ("host",), True),
    "identities_create": Route("POST", "/api/identities", (), True),
    "identities_list": Route("GET", "/api/identities", (), True),
    "identities_remove": Route("DELETE", "/api/identities/{agent_id}", ("agent_id",), True),
    "keys_create": Route("POST", "/api/keys", (), False),
    "keys_list": Route("GET", "/api/keys", (), True),
    "keys_revoke": Route("DELETE", "/api/keys/{id}", ("id",), True),
    "keys_rotate": Route("POST", "/api/keys/{id}/rotate", ("id",), False),
    "ledger_export": Route("GET", "/api/ledger/export", (), True),
    "ledger_get_checkpoint": Route("GET", "/api/ledger/checkpoint", (), True),
    "ledger_get_consistency": Route("GET", "/api/ledger/consistency", (), True),
    "ledger_get_entry_proof": Route("GET", "/api/ledger/proof", (), True),
    "ledger_get_jwks": Route("GET", "/.well-known/jwks.json", (), True),
    "ledger_list_checkpoints": Route("GET", "/api/ledger/checkpoints", (), True),
    "ledger_list_entries": Route("GET", "/api/ledger/entries", (), True),
    "ledger_rotate_key": Route("POST", "/api/ledger/rotate-key", (), False),
    "loops_close": Route("PATCH", "/api/actions/loops/{loop_id}", ("loop_id",), False),
    "loops_create": Route("POST", "/api/actions/loops", (), False),
    "loops_get": Route("GET", "/api/actions/loops/{loop_id}", ("loop_id",), True),
    "loops_list": Route("GET", "/api/actions/loops", (), True),
    "members_invite": Route("POST", "/api/invitations", (), False),
    "members_list": Route("GET", "/api/members", (), True),
    "members_list_invitations": Route("GET", "/api/invitations", (), True),
    "members_remove": Route("DELETE", "/api/members/{account_id}", ("account_id",), False),
    "members_revoke_invitation": Route("DELETE", "/api/invitations/{id}", ("id",), True),
    "members_update": Route("PATCH", "/api/members/{account_id}", ("account_id",), True),
    "notifiers_create": Route("POST", "/api/notifiers", (), False),
    "notifiers_create_link": Route("POST", "/api/notifiers/telegram-link", (), False),
    "notifiers_list": Route("GET", "/api/notifiers", (), True),
    "notifiers_list_deliveries": Route("GET", "/api/notifiers/{notifier_id}/deliveries", ("notifier_id",), True),
    "notifiers_list_links": Route("GET", "/api/notifiers/telegram-links", (), True),
    "notifiers_remove": Route("DELETE", "/api/notifiers/{notifier_id}", ("notifier_id",), False),
    "notifiers_remove_link": Route("DELETE", "/api/notifiers/telegram-links/{telegram_user_id}", ("telegram_user_id",), False),
    "notifiers_test": Route("POST", "/api/notifiers/{notifier_id}/test", ("notifier_id",), False),
    "notifiers_update": Route("PATCH", "/api/notifiers/{notifier_id}", ("notifier_id",), True),
    "observations_get_webhook_secret": Route("GET", "/api/webhooks/guard-secret", (), True),
    "orgs_create": Route("POST", "/api/orgs", (), False),
    "orgs_list": Route("GET", "/api/orgs", (), True),
    "pairings_approve": Route("POST", "/api/pairings/{id}/approve", ("id",), False),
    "pairings_create": Route("POST", "/api/pairings", (), False),
    "pairings_get": Route("GET", "/api/pairings/{id}", ("id",), True),
    "pairings_list": Route("GET", "/api/pairings", (), True),
    "policies_activate": Route("POST", "/api/policies/{id}/activate", ("id",), False),
    "policies_create": Route("POST", "/api/policies", (), False),
    "policies_get": Route("GET", "/api/policies/{id}", ("id",), True),
    "policies_list": Route("GET", "/api/policies", (), True),
    "policies_list_revisions": Route("GET", "/api/policies/{id}/revisions", ("id",), True),
    "policies_remove": Route("DELETE", "/api/policies", (), False),
    "policies_replay": Route("POST", "/api/policies/replay", (), True),
    "policies_simulate": Route("POST", "/api/policies/simulate", (), True),
    "policies_test": Route("POST", "/api/policies/test", (), True),
    "policies_update": Route("PATCH", "/api/policies", (), True),
    "roi_get_stats": Route("GET", "/api/agents/{agent_id}/stats", ("agent_id",), True),
    "roi_list_values": Route("GET", "/api/roi/values", (), True),
    "roi_remove_value": Route("DELETE", "/api/roi/values/{task}", ("task",), False),
    "roi_set_value": Route("PUT", "/api/roi/values/{task}", ("task",), True),
    "settings_get": Route("GET", "/api/settings", (), True),
    "settings_update": Route("PATCH", "/api/settings", (), True),
    "skills_scan": Route("POST", "/api/skills/scan", (), True),
    "system_health": Route("GET", "/api/health", (), True),
    "system_ready": Route("GET", "/api/ready", (), True),
    "tasks_claim": Route("POST", "/api/tasks/claim", (), False),
    "tasks_complete": Route("POST", "/api/tasks/{task_id}/complete", ("task_id",), False),
    "tasks_create": Route("POST", "/api/tasks", (), False),
    "tasks_extend": Route("POST", "/api/tasks/{task_id}/extend", ("task_id",), True),
    "tasks_fail": Route("POST", "/api/tasks/{task_id}/fail", ("task_id",), False),
    "tasks_get": Route("GET", "/api/tasks/{task_id}", ("task_id",), True),
    "tasks_list": Route("GET", "/api/tasks", (), True),
    "tasks_update": Route("PATCH", "/api/tasks/{task_id}", ("task_id",), False),
    "telemetry_collect": Route("POST", "/api/telemetry", (), True),
    "telemetry_list_costs": Route("GET", "/api/costs", (), True),
    "tool_pins_approve": Route("POST", "/api/tool-pins/{id}/approve", ("id",), True),
    "tool_pins_check": Route("POST", "/api/tool-pins/check", (), True),
    "tool_pins_list": Route("GET", "/api/tool-pins", (), True),
    "tool_pins_remove": Route("DELETE", "/api/tool-pins/{id}", ("id",), False),
    "webhooks_create": Route("POST", "/api/webhooks", (), False),
    "webhooks_get": Route("GET", "/api/webhooks/{webhook_id}", ("webhook_id",), True),
    "webhooks_get_delivery": Route("GET", "/api/webhooks/{webhook_id}/deliveries/{delivery_id}", ("webhook_id", "delivery_id",), True),
    "webhooks_list": Route("GET", "/api/webhooks", (), True),
    "webhooks_list_deliveries": Route("GET", "/api/webhooks/{webhook_id}/deliveries", ("webhook_id",), True),
    "webhooks_remove": Route("DELETE", "/api/webhooks/{webhook_id}", ("webhook_id",), False),
    "webhooks_replay": Route("POST", "/api/webhooks/{webhook_id}/replay", ("webhook_id",), False),
    "webhooks_rotate_secret": Route("POST", "/api/webhooks/{webhook_id}/rotate-secret", ("webhook_id",), False),
    "webhooks_update": Route("PATCH", "/api/webhooks/{webhook_id}", ("webhook_id",), True),
}


class Operations:
    """One method per operation of the server."""

    def _run(self, name: str, given: Dict[str, Any], timeout: Optional[float]) -> Dict[str, Any]:
        raise NotImplementedError


    def accounts_confirm_totp(
        self,
        *,
        code: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Turn the second factor on by a code of the app; recovery codes are shown once, other sessions end.

        POST /api/account/totp/confirm. Needs the scope account:write.
        """
        return self._run(
            "accounts_confirm_totp",
            {
                "code": code,
            },
            request_timeout,
        )

    def accounts_create_reset_link(
        self,
        *,
        email: str,
        remove_second_factor: bool | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Make a link by which a person chooses a new password, once; for whoever runs the instance.

        POST /api/accounts/reset-link. Needs the scope orgs:write.

        :param remove_second_factor: Also turn the second factor off, at once: for who lost the phone and the recovery codes
        """
        return self._run(
            "accounts_create_reset_link",
            {
                "email": email,
                "remove_second_factor": remove_second_factor,
            },
            request_timeout,
        )

    def accounts_get(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show the account of the person who is signed in.

        GET /api/account. Needs the scope account:read.
        """
        return self._run(
            "accounts_get",
            {
            },
            request_timeout,
        )

    def accounts_list_sessions(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List where you are signed in, newest first.

        GET /api/account/sessions. Needs the scope account:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "accounts_list_sessions",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def accounts_remove_totp(
        self,
        *,
        code: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Turn the second factor off, by one more code of it.

        DELETE /api/account/totp. Needs the scope account:write.
        """
        return self._run(
            "accounts_remove_totp",
            {
                "code": code,
            },
            request_timeout,
        )

    def accounts_revoke_session(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Sign out somewhere else; what runs there is refused from then on.

        DELETE /api/account/sessions/{id}. Needs the scope account:write.
        """
        return self._run(
            "accounts_revoke_session",
            {
                "id": id,
            },
            request_timeout,
        )

    def accounts_start_totp(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Make the secret for an authenticator app; it counts once a code was confirmed.

        POST /api/account/totp. Needs the scope account:write.
        """
        return self._run(
            "accounts_start_totp",
            {
            },
            request_timeout,
        )

    def accounts_update(
        self,
        *,
        name: str | Unset = UNSET,
        password: str | Unset = UNSET,
        current_password: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Change your name or your password; a new password ends your other sessions.

        PATCH /api/account. Needs the scope account:write.

        :param password: The new one
        :param current_password: Needed for a new password when there is one
        """
        return self._run(
            "accounts_update",
            {
                "name": name,
                "password": password,
                "current_password": current_password,
            },
            request_timeout,
        )

    def actions_cancel(
        self,
        *,
        action_id: str,
        reason: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Withdraw an action that is pending or running; a pending approval is withdrawn with it.

        POST /api/actions/{action_id}/cancel. Needs the scope actions:write.

        :param action_id: Id of an action, act_… (not a guard decision id)
        """
        return self._run(
            "actions_cancel",
            {
                "action_id": action_id,
                "reason": reason,
            },
            request_timeout,
        )

    def actions_create(
        self,
        *,
        action_type: str,
        declared_goal: str,
        risk_score: int | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        agent_name: str | Unset = UNSET,
        systems_touched: list[str] | Unset = UNSET,
        reversible: bool | Unset = UNSET,
        target: str | Unset = UNSET,
        content: str | Unset = UNSET,
        source_of_truth: dict[str, Any] | Unset = UNSET,
        intel: dict[str, Any] | Unset = UNSET,
        tool: dict[str, Any] | Unset = UNSET,
        write_paths: list[str] | Unset = UNSET,
        trigger: str | Unset = UNSET,
        swarm_id: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        approval_wait_seconds: int | Unset = UNSET,
        act: shapes.ActShell | shapes.ActHttp | shapes.ActSql | shapes.ActFile | Unset = UNSET,
        session_id: str | Unset = UNSET,
        harness_session_id: str | Unset = UNSET,
        subagent_uuid: str | Unset = UNSET,
        task_id: str | Unset = UNSET,
        agent_version: str | Unset = UNSET,
        enforcement_mode: Literal["enforce", "observe", "warn", "off"] | Unset = UNSET,
        estimated_cost_usd: float | Unset = UNSET,
        estimated_tokens: int | Unset = UNSET,
        action_id: str | Unset = UNSET,
        parent_action_id: str | Unset = UNSET,
        reasoning: str | Unset = UNSET,
        authorization_scope: str | Unset = UNSET,
        input_summary: str | Unset = UNSET,
        status: Literal["running", "completed", "failed", "cancelled", "pending", "pending_approval", "blocked"] | Unset = UNSET,
        confidence: int | Unset = UNSET,
        recommendation_id: str | Unset = UNSET,
        recommendation_applied: bool | Unset = UNSET,
        recommendation_override_reason: str | Unset = UNSET,
        output_summary: str | Unset = UNSET,
        side_effects: list[str] | Unset = UNSET,
        artifacts_created: list[str] | Unset = UNSET,
        error_message: str | Unset = UNSET,
        timestamp_start: str | Unset = UNSET,
        timestamp_end: str | Unset = UNSET,
        duration_ms: int | Unset = UNSET,
        cost_estimate: float | Unset = UNSET,
        tokens_in: int | Unset = UNSET,
        tokens_out: int | Unset = UNSET,
        model: str | Unset = UNSET,
        guard_decision_id: str | Unset = UNSET,
        _signature: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Create the action you are about to do (or did): the authoritative verdict, an approval request when one is needed, and the record of its outcome.

        POST /api/actions. Needs the scope actions:write.

        :param action_type: What kind of act: deploy, security, api, apply, review, … or your own word
        :param risk_score: Your own estimate; it can only raise the risk
        :param agent_id: The agent that acts; may be left away with a key bound to one
        :param target: What is acted upon: host, path, table, repository
        :param content: Text that will be sent or written; scanned for secrets
        :param tool: {name, permission, input} of the tool about to run
        :param act: The act itself: {kind: shell|http|sql|file, …}; graded as evidence
        :param status: pending_approval asks for a person even when no policy does
        :param cost_estimate: USD
        :param guard_decision_id: decision_id of the guard call this act was asked with
        :param _signature: Base64, by the key registered for the agent, over the canonical JSON of the rest
        """
        return self._run(
            "actions_create",
            {
                "action_type": action_type,
                "declared_goal": declared_goal,
                "risk_score": risk_score,
                "agent_id": agent_id,
                "agent_name": agent_name,
                "systems_touched": systems_touched,
                "reversible": reversible,
                "target": target,
                "content": content,
                "source_of_truth": source_of_truth,
                "intel": intel,
                "tool": tool,
                "write_paths": write_paths,
                "trigger": trigger,
                "swarm_id": swarm_id,
                "idempotency_key": idempotency_key,
                "approval_wait_seconds": approval_wait_seconds,
                "act": act,
                "session_id": session_id,
                "harness_session_id": harness_session_id,
                "subagent_uuid": subagent_uuid,
                "task_id": task_id,
                "agent_version": agent_version,
                "enforcement_mode": enforcement_mode,
                "estimated_cost_usd": estimated_cost_usd,
                "estimated_tokens": estimated_tokens,
                "action_id": action_id,
                "parent_action_id": parent_action_id,
                "reasoning": reasoning,
                "authorization_scope": authorization_scope,
                "input_summary": input_summary,
                "status": status,
                "confidence": confidence,
                "recommendation_id": recommendation_id,
                "recommendation_applied": recommendation_applied,
                "recommendation_override_reason": recommendation_override_reason,
                "output_summary": output_summary,
                "side_effects": side_effects,
                "artifacts_created": artifacts_created,
                "error_message": error_message,
                "timestamp_start": timestamp_start,
                "timestamp_end": timestamp_end,
                "duration_ms": duration_ms,
                "cost_estimate": cost_estimate,
                "tokens_in": tokens_in,
                "tokens_out": tokens_out,
                "model": model,
                "guard_decision_id": guard_decision_id,
                "_signature": _signature,
            },
            request_timeout,
        )

    def actions_get(
        self,
        *,
        action_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one action with its assumptions and open loops; also tells whether it was approved.

        GET /api/actions/{action_id}. Needs the scope actions:read.

        :param action_id: Id of an action, act_… (not a guard decision id)
        """
        return self._run(
            "actions_get",
            {
                "action_id": action_id,
            },
            request_timeout,
        )

    def actions_get_graph(
        self,
        *,
        action_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show what an action came from, what followed from it, and its assumptions and loops, as nodes and edges.

        GET /api/actions/{action_id}/graph. Needs the scope actions:read.

        :param action_id: Id of an action, act_… (not a guard decision id)
        """
        return self._run(
            "actions_get_graph",
            {
                "action_id": action_id,
            },
            request_timeout,
        )

    def actions_get_outcome(
        self,
        *,
        action_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Tell how an action ended and whether a retry makes sense.

        GET /api/actions/{action_id}/outcome. Needs the scope actions:read.

        :param action_id: Id of an action, act_… (not a guard decision id)
        """
        return self._run(
            "actions_get_outcome",
            {
                "action_id": action_id,
            },
            request_timeout,
        )

    def actions_get_stats(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Count the actions of the last 24 hours by how they stand, and those of the day before.

        GET /api/actions/stats. Needs the scope actions:read.
        """
        return self._run(
            "actions_get_stats",
            {
            },
            request_timeout,
        )

    def actions_list(
        self,
        *,
        agent_id: str | Unset = UNSET,
        agent_version: str | Unset = UNSET,
        swarm_id: str | Unset = UNSET,
        session_id: str | Unset = UNSET,
        status: Literal["running", "completed", "failed", "cancelled", "pending", "pending_approval", "blocked", "partial", "expired", "unknown"] | Unset = UNSET,
        exclude_status: Literal["running", "completed", "failed", "cancelled", "pending", "pending_approval", "blocked", "partial", "expired", "unknown"] | Unset = UNSET,
        action_type: str | Unset = UNSET,
        risk_min: int | Unset = UNSET,
        outcome_status: Literal["pending", "completed", "partial", "failed", "lost_confirmation"] | Unset = UNSET,
        days: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List actions, newest first, by agent, version, status, type, risk or outcome; status=pending_approval is the approval inbox.

        GET /api/actions. Needs the scope actions:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "actions_list",
            {
                "agent_id": agent_id,
                "agent_version": agent_version,
                "swarm_id": swarm_id,
                "session_id": session_id,
                "status": status,
                "exclude_status": exclude_status,
                "action_type": action_type,
                "risk_min": risk_min,
                "outcome_status": outcome_status,
                "days": days,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def actions_list_costs(
        self,
        *,
        period: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Sum cost and tokens of actions by agent, day, model, version and task.

        GET /api/actions/costs. Needs the scope actions:read.
        """
        return self._run(
            "actions_list_costs",
            {
                "period": period,
                "agent_id": agent_id,
            },
            request_timeout,
        )

    def actions_remove(
        self,
        *,
        action_ids: list[str] | Unset = UNSET,
        action_id: str | Unset = UNSET,
        before: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        status: Literal["running", "completed", "failed", "cancelled", "pending", "pending_approval", "blocked", "partial", "expired", "unknown"] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Delete action rows by id or filter (1000 at once); their ledger entries stay.

        DELETE /api/actions. Needs the scope actions:delete.

        :param action_ids: Comma list in a query
        """
        return self._run(
            "actions_remove",
            {
                "action_ids": action_ids,
                "action_id": action_id,
                "before": before,
                "agent_id": agent_id,
                "status": status,
            },
            request_timeout,
        )

    def actions_report_outcome(
        self,
        *,
        action_id: str,
        status: Literal["completed", "partial", "failed"],
        summary: str | Unset = UNSET,
        error_message: str | Unset = UNSET,
        progress: dict[str, Any] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Report how an action ended: completed, partial or failed. Written once; of parallel reporters one wins.

        POST /api/actions/{action_id}/outcome. Needs the scope actions:write.

        :param action_id: Id of an action, act_… (not a guard decision id)
        :param summary: Kept up to 4000 characters
        :param error_message: Required for failed
        :param progress: Required for partial: what is done, what is left
        """
        return self._run(
            "actions_report_outcome",
            {
                "action_id": action_id,
                "status": status,
                "summary": summary,
                "error_message": error_message,
                "progress": progress,
            },
            request_timeout,
        )

    def actions_update(
        self,
        *,
        action_id: str,
        status: Literal["running", "completed", "failed", "cancelled", "blocked"] | Unset = UNSET,
        output_summary: str | Unset = UNSET,
        side_effects: list[str] | Unset = UNSET,
        artifacts_created: list[str] | Unset = UNSET,
        error_message: str | Unset = UNSET,
        timestamp_end: str | Unset = UNSET,
        duration_ms: int | Unset = UNSET,
        cost_estimate: float | Unset = UNSET,
        tokens_in: int | Unset = UNSET,
        tokens_out: int | Unset = UNSET,
        model: str | Unset = UNSET,
        close_if_running: bool | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Add results, tokens and cost to an action, or close it; status applies only while it is running.

        PATCH /api/actions/{action_id}. Needs the scope actions:write.

        :param action_id: Id of an action, act_… (not a guard decision id)
        :param cost_estimate: USD
        """
        return self._run(
            "actions_update",
            {
                "action_id": action_id,
                "status": status,
                "output_summary": output_summary,
                "side_effects": side_effects,
                "artifacts_created": artifacts_created,
                "error_message": error_message,
                "timestamp_end": timestamp_end,
                "duration_ms": duration_ms,
                "cost_estimate": cost_estimate,
                "tokens_in": tokens_in,
                "tokens_out": tokens_out,
                "model": model,
                "close_if_running": close_if_running,
            },
            request_timeout,
        )

    def activity_list(
        self,
        *,
        event: str | Unset = UNSET,
        actor_id: str | Unset = UNSET,
        from_: str | Unset = UNSET,
        to: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List who changed what in the org, newest first: keys, members, policies, settings, grants, halts.

        GET /api/activity. Needs the scope activity:read.

        :param event: As policy.updated
        :param actor_id: Id of the key, person or grant
        :param to: Not this moment itself
        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "activity_list",
            {
                "event": event,
                "actor_id": actor_id,
                "from": from_,
                "to": to,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def agent_versions_choose(
        self,
        *,
        agent_id: str,
        key: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Say which version of an agent a session should run; the same key is always answered the same version.

        GET /api/agents/{agent_id}/choose. Needs the scope agents:read.

        :param key: What stays with one version: id of the session, user or conversation
        """
        return self._run(
            "agent_versions_choose",
            {
                "agent_id": agent_id,
                "key": key,
            },
            request_timeout,
        )

    def agent_versions_compare(
        self,
        *,
        agent_id: str,
        from_: str,
        to: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show what differs between two versions of an agent: the prompt by lines, tools by name, config in depth.

        GET /api/agents/{agent_id}/versions/compare. Needs the scope agents:read.

        :param from_: Id or number
        :param to: Id or number
        """
        return self._run(
            "agent_versions_compare",
            {
                "agent_id": agent_id,
                "from": from_,
                "to": to,
            },
            request_timeout,
        )

    def agent_versions_create(
        self,
        *,
        agent_id: str,
        prompt: str | Unset = UNSET,
        tools: list[shapes.Tools] | Unset = UNSET,
        config: dict[str, Any] | Unset = UNSET,
        commit_message: str | Unset = UNSET,
        tags: list[str] | Unset = UNSET,
        expected_version_id: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Record a new version of an agent: prompt, tools, config; parts left away are those of the current one.

        POST /api/agents/{agent_id}/versions. Needs the scope agents:write.

        :param expected_version_id: 409 when another version is current by now
        """
        return self._run(
            "agent_versions_create",
            {
                "agent_id": agent_id,
                "prompt": prompt,
                "tools": tools,
                "config": config,
                "commit_message": commit_message,
                "tags": tags,
                "expected_version_id": expected_version_id,
                "idempotency_key": idempotency_key,
            },
            request_timeout,
        )

    def agent_versions_fork(
        self,
        *,
        agent_id: str,
        version_id: str | Unset = UNSET,
        fork_type: Literal["exact_clone", "prompt_mutation", "tool_mutation"],
        new_agent_id: str | Unset = UNSET,
        name: str,
        description: str | Unset = UNSET,
        prompt: str | Unset = UNSET,
        tools: list[shapes.Tools] | Unset = UNSET,
        config: dict[str, Any] | Unset = UNSET,
        commit_message: str | Unset = UNSET,
        expected_version_id: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Register a new agent that starts from a version of another, as it is or with other prompt or tools.

        POST /api/agents/{agent_id}/fork. Needs the scope agents:pause.

        :param agent_id: The agent to fork
        :param version_id: Id or number; the current one when left away
        :param new_agent_id: Made when left away
        :param expected_version_id: 409 when another version is current by now
        """
        return self._run(
            "agent_versions_fork",
            {
                "agent_id": agent_id,
                "version_id": version_id,
                "fork_type": fork_type,
                "new_agent_id": new_agent_id,
                "name": name,
                "description": description,
                "prompt": prompt,
                "tools": tools,
                "config": config,
                "commit_message": commit_message,
                "expected_version_id": expected_version_id,
                "idempotency_key": idempotency_key,
            },
            request_timeout,
        )

    def agent_versions_get(
        self,
        *,
        agent_id: str,
        version_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Read one version of an agent with its prompt, tools and config, by id, by number, or the current one.

        GET /api/agents/{agent_id}/versions/{version_id}. Needs the scope agents:read.

        :param version_id: Id, number, or `current`
        """
        return self._run(
            "agent_versions_get",
            {
                "agent_id": agent_id,
                "version_id": version_id,
            },
            request_timeout,
        )

    def agent_versions_get_lineage(
        self,
        *,
        agent_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show the tree of forks that an agent belongs to, from the first of the family down.

        GET /api/agents/{agent_id}/lineage. Needs the scope agents:read.
        """
        return self._run(
            "agent_versions_get_lineage",
            {
                "agent_id": agent_id,
            },
            request_timeout,
        )

    def agent_versions_get_traffic(
        self,
        *,
        agent_id: str,
        days: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show how the work of an agent is shared among versions, with what each did, side by side.

        GET /api/agents/{agent_id}/traffic. Needs the scope agents:read.

        :param days: Days (UTC) to sum up, today included
        """
        return self._run(
            "agent_versions_get_traffic",
            {
                "agent_id": agent_id,
                "days": days,
            },
            request_timeout,
        )

    def agent_versions_list(
        self,
        *,
        agent_id: str,
        tag: str | Unset = UNSET,
        with_prompt: bool | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List the versions of an agent, newest first, without their content.

        GET /api/agents/{agent_id}/versions. Needs the scope agents:read.

        :param with_prompt: Show the prompt of each
        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "agent_versions_list",
            {
                "agent_id": agent_id,
                "tag": tag,
                "with_prompt": with_prompt,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def agent_versions_register(
        self,
        *,
        agent_id: str | Unset = UNSET,
        name: str,
        description: str | Unset = UNSET,
        prompt: str | Unset = UNSET,
        tools: list[shapes.Tools] | Unset = UNSET,
        config: dict[str, Any] | Unset = UNSET,
        commit_message: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Register a new agent together with its first version: prompt, tools and config.

        POST /api/agents/registry. Needs the scope agents:pause.

        :param agent_id: Made when left away
        """
        return self._run(
            "agent_versions_register",
            {
                "agent_id": agent_id,
                "name": name,
                "description": description,
                "prompt": prompt,
                "tools": tools,
                "config": config,
                "commit_message": commit_message,
                "idempotency_key": idempotency_key,
            },
            request_timeout,
        )

    def agent_versions_rollback(
        self,
        *,
        agent_id: str,
        version_id: str,
        commit_message: str | Unset = UNSET,
        expected_version_id: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Make a new version of an agent with the content of an earlier one; nothing of the history is changed.

        POST /api/agents/{agent_id}/rollback. Needs the scope agents:write.

        :param version_id: The version to go back to: id or number
        :param expected_version_id: 409 when another version is current by now
        """
        return self._run(
            "agent_versions_rollback",
            {
                "agent_id": agent_id,
                "version_id": version_id,
                "commit_message": commit_message,
                "expected_version_id": expected_version_id,
                "idempotency_key": idempotency_key,
            },
            request_timeout,
        )

    def agent_versions_set_tags(
        self,
        *,
        agent_id: str,
        version_id: str,
        tags: list[str],
        move: bool | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Set the tags of one version of an agent; a tag given with `move` is taken from the other versions.

        PUT /api/agents/{agent_id}/versions/{version_id}/tags. Needs the scope agents:write.

        :param version_id: Id or number
        :param move: Take these tags from every other version of the agent
        """
        return self._run(
            "agent_versions_set_tags",
            {
                "agent_id": agent_id,
                "version_id": version_id,
                "tags": tags,
                "move": move,
            },
            request_timeout,
        )

    def agent_versions_set_traffic(
        self,
        *,
        agent_id: str,
        shares: list[shapes.Shares],
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Let versions of an agent share its tasks and sessions by weight; an empty list ends it.

        PUT /api/agents/{agent_id}/traffic. Needs the scope agents:write.
        """
        return self._run(
            "agent_versions_set_traffic",
            {
                "agent_id": agent_id,
                "shares": shares,
            },
            request_timeout,
        )

    def agents_count(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Count the agents of the org, up to 10,000; with over 1,000 the number may be 5 seconds old.

        GET /api/agent-count. Needs the scope agents:read.
        """
        return self._run(
            "agents_count",
            {
            },
            request_timeout,
        )

    def agents_create(
        self,
        *,
        agent_id: str,
        agent_name: str | Unset = UNSET,
        description: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Register an agent, seen or not, so that it may act also where the enrolment of agents is closed.

        POST /api/agents. Needs the scope agents:pause.
        """
        return self._run(
            "agents_create",
            {
                "agent_id": agent_id,
                "agent_name": agent_name,
                "description": description,
            },
            request_timeout,
        )

    def agents_get(
        self,
        *,
        agent_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one agent: name, presence, pause, registration, number of actions.

        GET /api/agents/{agent_id}. Needs the scope agents:read.
        """
        return self._run(
            "agents_get",
            {
                "agent_id": agent_id,
            },
            request_timeout,
        )

    def agents_get_profile(
        self,
        *,
        agent_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show an agent with its record of the last 30 days, what is amiss with it now, and its assumptions.

        GET /api/agents/{agent_id}/profile. Needs the scope agents:read.
        """
        return self._run(
            "agents_get_profile",
            {
                "agent_id": agent_id,
            },
            request_timeout,
        )

    def agents_heartbeat(
        self,
        *,
        agent_id: str | Unset = UNSET,
        agent_name: str | Unset = UNSET,
        status: Literal["online", "offline", "idle", "busy", "stale"] | Unset = UNSET,
        current_task_id: str | Unset = UNSET,
        metadata: dict[str, Any] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Tell that an agent is alive and what it is doing. The newest heartbeat stands, as a whole.

        POST /api/agents/heartbeat. Needs the scope agents:write.

        :param agent_id: May be left away with a key bound to an agent
        """
        return self._run(
            "agents_heartbeat",
            {
                "agent_id": agent_id,
                "agent_name": agent_name,
                "status": status,
                "current_task_id": current_task_id,
                "metadata": metadata,
            },
            request_timeout,
        )

    def agents_list(
        self,
        *,
        status: Literal["online", "offline", "idle", "busy", "stale", "unknown"] | Unset = UNSET,
        q: str | Unset = UNSET,
        paused: bool | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List the agents that were seen or registered, by id, with presence, pause and number of actions.

        GET /api/agents. Needs the scope agents:read.

        :param q: Part of the id or the name
        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "agents_list",
            {
                "status": status,
                "q": q,
                "paused": paused,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def agents_list_connections(
        self,
        *,
        agent_id: str | Unset = UNSET,
        provider: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List what agents say they are connected to, by agent and name, or of one agent or provider.

        GET /api/agents/connections. Needs the scope agents:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "agents_list_connections",
            {
                "agent_id": agent_id,
                "provider": provider,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def agents_pause(
        self,
        *,
        agent_id: str,
        reason: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Pause one agent: its guard decisions are block until it is resumed.

        POST /api/agents/{agent_id}/pause. Needs the scope agents:pause.
        """
        return self._run(
            "agents_pause",
            {
                "agent_id": agent_id,
                "reason": reason,
            },
            request_timeout,
        )

    def agents_report_connections(
        self,
        *,
        agent_id: str | Unset = UNSET,
        connections: list[Any],
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Tell what an agent is connected to, each by name or provider; the newest report of a name stands.

        POST /api/agents/connections. Needs the scope agents:write.

        :param agent_id: May be left away with a key bound to an agent
        :param connections: Objects {name or provider, type?, status?}
        """
        return self._run(
            "agents_report_connections",
            {
                "agent_id": agent_id,
                "connections": connections,
            },
            request_timeout,
        )

    def agents_resume(
        self,
        *,
        agent_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Lift the pause of one agent.

        POST /api/agents/{agent_id}/resume. Needs the scope agents:pause.
        """
        return self._run(
            "agents_resume",
            {
                "agent_id": agent_id,
            },
            request_timeout,
        )

    def alerts_acknowledge(
        self,
        *,
        alert_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Say that somebody looks after an alert; the first one who does is named, repeating it changes nothing.

        POST /api/alerts/{alert_id}/acknowledge. Needs the scope alerts:write.
        """
        return self._run(
            "alerts_acknowledge",
            {
                "alert_id": alert_id,
            },
            request_timeout,
        )

    def alerts_get(
        self,
        *,
        alert_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one alert with the figures behind it.

        GET /api/alerts/{alert_id}. Needs the scope alerts:read.
        """
        return self._run(
            "alerts_get",
            {
                "alert_id": alert_id,
            },
            request_timeout,
        )

    def alerts_list(
        self,
        *,
        agent_id: str | Unset = UNSET,
        kind: Literal["stuck", "error", "cost_spike", "loop_detected"] | Unset = UNSET,
        severity: Literal["critical", "warning", "info"] | Unset = UNSET,
        state: Literal["open", "acknowledged", "resolved"] | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List alerts about agents: open ones first, then newest first.

        GET /api/alerts. Needs the scope alerts:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "alerts_list",
            {
                "agent_id": agent_id,
                "kind": kind,
                "severity": severity,
                "state": state,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def alerts_mute(
        self,
        *,
        agent_id: str | Unset = UNSET,
        kind: Literal["stuck", "error", "cost_spike", "loop_detected"],
        minutes: int,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Raise no alerts of one kind for an agent for a time; what is open stays open. Zero minutes end it.

        POST /api/alerts/mute. Needs the scope alerts:write.

        :param agent_id: Left away: the org as a whole, which has cost_spike only
        :param minutes: From now on; replaces what was set before
        """
        return self._run(
            "alerts_mute",
            {
                "agent_id": agent_id,
                "kind": kind,
                "minutes": minutes,
            },
            request_timeout,
        )

    def approvals_decide(
        self,
        *,
        action_id: str,
        decision: Literal["allow", "deny"],
        reasoning: str | Unset = UNSET,
        grant_minutes: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Decide a pending approval; the waiting agent is told at once. Only people may: agent keys are refused.

        POST /api/approvals/{action_id}. Needs the scope approvals:decide.

        :param action_id: Id of an action, act_… (not a guard decision id)
        :param reasoning: Told to the agent and kept in the ledger; give one when you deny
        :param grant_minutes: With allow: the same kind of act on the same target is allowed for this long
        """
        return self._run(
            "approvals_decide",
            {
                "action_id": action_id,
                "decision": decision,
                "reasoning": reasoning,
                "grant_minutes": grant_minutes,
            },
            request_timeout,
        )

    def approvals_list(
        self,
        *,
        state: Literal["pending", "approved", "denied", "expired", "withdrawn"] | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List approvals, newest first, by state or agent.

        GET /api/approvals. Needs the scope approvals:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "approvals_list",
            {
                "state": state,
                "agent_id": agent_id,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def approvals_wait(
        self,
        *,
        action_id: str,
        timeout_seconds: float | Unset = UNSET,
        poll_interval_seconds: float | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Wait until a person decided the action; answers approved, denied, expired or timed_out. Act only when approved.

        GET /api/actions/{action_id}/wait. Needs the scope actions:read.

        :param action_id: Id of an action, act_… (not a guard decision id)
        :param timeout_seconds: After it the answer is timed_out: call again. Longer only if your client waits that long
        :param poll_interval_seconds: Accepted for compatibility; you are woken at once
        """
        return self._run(
            "approvals_wait",
            {
                "action_id": action_id,
                "timeout_seconds": timeout_seconds,
                "poll_interval_seconds": poll_interval_seconds,
            },
            request_timeout,
        )

    def assumptions_create(
        self,
        *,
        action_id: str,
        assumption: str,
        basis: str | Unset = UNSET,
        assumption_id: str | Unset = UNSET,
        validated: bool | Unset = UNSET,
        invalidated: bool | Unset = UNSET,
        invalidated_reason: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Note what an action takes for granted, so that it can be checked later.

        POST /api/assumptions. Needs the scope assumptions:write.
        """
        return self._run(
            "assumptions_create",
            {
                "action_id": action_id,
                "assumption": assumption,
                "basis": basis,
                "assumption_id": assumption_id,
                "validated": validated,
                "invalidated": invalidated,
                "invalidated_reason": invalidated_reason,
            },
            request_timeout,
        )

    def assumptions_get(
        self,
        *,
        assumption_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one assumption.

        GET /api/assumptions/{assumption_id}. Needs the scope assumptions:read.
        """
        return self._run(
            "assumptions_get",
            {
                "assumption_id": assumption_id,
            },
            request_timeout,
        )

    def assumptions_list(
        self,
        *,
        validated: bool | Unset = UNSET,
        stale: bool | Unset = UNSET,
        drift: bool | Unset = UNSET,
        action_id: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List assumptions, newest first, by action, agent or state.

        GET /api/assumptions. Needs the scope assumptions:read.

        :param stale: Unchecked for more than 14 days
        :param drift: Adds drift_score per row and a summary
        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "assumptions_list",
            {
                "validated": validated,
                "stale": stale,
                "drift": drift,
                "action_id": action_id,
                "agent_id": agent_id,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def assumptions_update(
        self,
        *,
        assumption_id: str,
        validated: bool,
        invalidated_reason: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Mark an assumption as validated, or as invalidated with the reason.

        PATCH /api/assumptions/{assumption_id}. Needs the scope assumptions:write.

        :param invalidated_reason: Required when validated is false
        """
        return self._run(
            "assumptions_update",
            {
                "assumption_id": assumption_id,
                "validated": validated,
                "invalidated_reason": invalidated_reason,
            },
            request_timeout,
        )

    def doctor_check(
        self,
        *,
        category: str | Unset = UNSET,
        include_fixes: Any | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Check database, configuration, auth, deployment, governance and ledger, and say what to do.

        GET /api/doctor. Needs the scope system:read.

        :param category: Some of database, config, auth, deployment, governance, ledger, hosts, separated by commas; all when left away
        """
        return self._run(
            "doctor_check",
            {
                "category": category,
                "include_fixes": include_fixes,
            },
            request_timeout,
        )

    def doctor_fix(
        self,
        *,
        action: Literal["install_default_policies", "sign_checkpoint", "expire_approvals"],
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Apply one of the safe fixes that doctor_check offers, and check again.

        POST /api/doctor/fix. Needs the scope settings:write.
        """
        return self._run(
            "doctor_fix",
            {
                "action": action,
            },
            request_timeout,
        )

    def drift_get(
        self,
        *,
        agent_id: str,
        days: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show how far an agent moved from its baseline, in which dimensions, with the numbers.

        GET /api/agents/{agent_id}/drift. Needs the scope agents:read.

        :param days: The newest days that are compared with the baseline
        """
        return self._run(
            "drift_get",
            {
                "agent_id": agent_id,
                "days": days,
            },
            request_timeout,
        )

    def drift_pin_baseline(
        self,
        *,
        agent_id: str,
        version_id: str | Unset = UNSET,
        first_day: str | Unset = UNSET,
        last_day: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Say what an agent is compared with: some days, the first days of a version, or the last two weeks.

        PUT /api/agents/{agent_id}/drift/baseline. Needs the scope drift:write.

        :param version_id: Only what this version did, as its events name it
        :param first_day: With last_day; without both: the first days of the version, or two weeks
        :param last_day: YYYY-MM-DD, UTC
        """
        return self._run(
            "drift_pin_baseline",
            {
                "agent_id": agent_id,
                "version_id": version_id,
                "first_day": first_day,
                "last_day": last_day,
            },
            request_timeout,
        )

    def fleet_get(
        self,
        *,
        agent_id: str,
        events: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show what one agent is doing, with its newest events.

        GET /api/fleet/{agent_id}. Needs the scope agents:read.

        :param events: Newest events to show
        """
        return self._run(
            "fleet_get",
            {
                "agent_id": agent_id,
                "events": events,
            },
            request_timeout,
        )

    def fleet_list(
        self,
        *,
        usage_days: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List agents with what they are doing: status, newest event, cost, tokens, errors.

        GET /api/fleet. Needs the scope agents:read.

        :param usage_days: Tell the use of so many days, today included, as well
        :param limit: Rows per page, at most 500
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "fleet_list",
            {
                "usage_days": usage_days,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def grants_list(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List what people of the org allowed OAuth clients, newest first.

        GET /api/grants. Needs the scope grants:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "grants_list",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def grants_list_own(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List what you allowed OAuth clients, in all your orgs, newest first.

        GET /api/account/grants. Needs the scope account:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "grants_list_own",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def grants_revoke(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Revoke what a person of the org allowed an OAuth client; its tokens stop at once.

        DELETE /api/grants/{id}. Needs the scope grants:write.

        :param id: Id of a grant, grt_…
        """
        return self._run(
            "grants_revoke",
            {
                "id": id,
            },
            request_timeout,
        )

    def grants_revoke_own(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Revoke what you allowed an OAuth client, in whichever org; its tokens stop at once.

        DELETE /api/account/grants/{id}. Needs the scope account:write.

        :param id: Id of a grant, grt_…
        """
        return self._run(
            "grants_revoke_own",
            {
                "id": id,
            },
            request_timeout,
        )

    def grants_rotate_key(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Replace the key that signs OAuth access tokens; tokens that the old one signed stay valid to their end.

        POST /api/oauth/rotate-key. Needs the scope orgs:write.
        """
        return self._run(
            "grants_rotate_key",
            {
            },
            request_timeout,
        )

    def guard_evaluate(
        self,
        *,
        action_type: str,
        declared_goal: str | Unset = UNSET,
        risk_score: int | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        agent_name: str | Unset = UNSET,
        systems_touched: list[str] | Unset = UNSET,
        reversible: bool | Unset = UNSET,
        target: str | Unset = UNSET,
        content: str | Unset = UNSET,
        source_of_truth: dict[str, Any] | Unset = UNSET,
        intel: dict[str, Any] | Unset = UNSET,
        tool: dict[str, Any] | Unset = UNSET,
        write_paths: list[str] | Unset = UNSET,
        trigger: str | Unset = UNSET,
        swarm_id: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        approval_wait_seconds: int | Unset = UNSET,
        act: shapes.ActShell | shapes.ActHttp | shapes.ActSql | shapes.ActFile | Unset = UNSET,
        session_id: str | Unset = UNSET,
        harness_session_id: str | Unset = UNSET,
        subagent_uuid: str | Unset = UNSET,
        task_id: str | Unset = UNSET,
        agent_version: str | Unset = UNSET,
        enforcement_mode: Literal["enforce", "observe", "warn", "off"] | Unset = UNSET,
        estimated_cost_usd: float | Unset = UNSET,
        estimated_tokens: int | Unset = UNSET,
        record: bool | Unset = UNSET,
        include_signals: bool | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Ask whether you may do an act, before you do it: allow, warn, require_approval or block, with reasons. Send the act itself as evidence.

        POST /api/guard. Needs the scope guard:evaluate.

        :param action_type: What kind of act: deploy, security, api, apply, review, … or your own word
        :param declared_goal: What the act is for, in one sentence
        :param risk_score: Your own estimate; it can only raise the risk
        :param target: What is acted upon: host, path, table, repository
        :param content: Text that will be sent or written; scanned for secrets
        :param tool: {name, permission, input} of the tool about to run
        :param act: The act itself: {kind: shell|http|sql|file, …}; graded as evidence
        :param record: Also create the action, so that no second call is needed
        """
        return self._run(
            "guard_evaluate",
            {
                "action_type": action_type,
                "declared_goal": declared_goal,
                "risk_score": risk_score,
                "agent_id": agent_id,
                "agent_name": agent_name,
                "systems_touched": systems_touched,
                "reversible": reversible,
                "target": target,
                "content": content,
                "source_of_truth": source_of_truth,
                "intel": intel,
                "tool": tool,
                "write_paths": write_paths,
                "trigger": trigger,
                "swarm_id": swarm_id,
                "idempotency_key": idempotency_key,
                "approval_wait_seconds": approval_wait_seconds,
                "act": act,
                "session_id": session_id,
                "harness_session_id": harness_session_id,
                "subagent_uuid": subagent_uuid,
                "task_id": task_id,
                "agent_version": agent_version,
                "enforcement_mode": enforcement_mode,
                "estimated_cost_usd": estimated_cost_usd,
                "estimated_tokens": estimated_tokens,
                "record": record,
                "include_signals": include_signals,
            },
            request_timeout,
        )

    def guard_get_decision(
        self,
        *,
        decision_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one guard decision with the clauses that fired, the values they saw and the risk breakdown.

        GET /api/guard/decisions/{decision_id}. Needs the scope guard:read.
        """
        return self._run(
            "guard_get_decision",
            {
                "decision_id": decision_id,
            },
            request_timeout,
        )

    def guard_list_decisions(
        self,
        *,
        agent_id: str | Unset = UNSET,
        agent_version: str | Unset = UNSET,
        action_type: str | Unset = UNSET,
        decision: Literal["allow", "warn", "require_approval", "block"] | Unset = UNSET,
        since: str | Unset = UNSET,
        days: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List guard decisions, newest first, by agent, version, action type, decision or time.

        GET /api/guard/decisions. Needs the scope guard:read.

        :param limit: Rows per page, at most 1000
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "guard_list_decisions",
            {
                "agent_id": agent_id,
                "agent_version": agent_version,
                "action_type": action_type,
                "decision": decision,
                "since": since,
                "days": days,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def halt_get(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Tell whether the org is halted, by whom, since when and why.

        GET /api/halt. Needs the scope halt:read.
        """
        return self._run(
            "halt_get",
            {
            },
            request_timeout,
        )

    def halt_start(
        self,
        *,
        reason: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Kill switch: from now on every guard decision of the org is block, on every replica.

        POST /api/halt. Needs the scope halt:write.

        :param reason: Told to every agent that asks
        """
        return self._run(
            "halt_start",
            {
                "reason": reason,
            },
            request_timeout,
        )

    def halt_stop(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Lift the halt: guard decides by the policies again.

        DELETE /api/halt. Needs the scope halt:write.
        """
        return self._run(
            "halt_stop",
            {
            },
            request_timeout,
        )

    def hosts_ask(
        self,
        *,
        host: Literal["claude-code", "codex", "hermes", "openclaw"],
        agent: str | Unset = UNSET,
        session_id: str | Unset = UNSET,
        hook_event_name: str | Unset = UNSET,
        cwd: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        agent_type: str | Unset = UNSET,
        model: Any | Unset = UNSET,
        tool_name: str,
        tool_input: Any | Unset = UNSET,
        tool_use_id: str | Unset = UNSET,
        extra: shapes.Extra | Unset = UNSET,
        wait: float | Unset = UNSET,
        request_timeout: float | None = None,
        **more: Any,
    ) -> Dict[str, Any]:
        """Rule on a tool call as an agent client is about to make it: takes its hook event, answers in its words.

        POST /api/hosts/{host}/ask. Needs the scope actions:write.

        :param agent: The governed agent; may be left away with a key bound to one
        :param agent_id: The host's own id of the sub-agent that calls
        :param agent_type: The host's own name of the sub-agent's kind
        :param extra: Hermes' further fields
        :param wait: Seconds to wait for a person, where one is asked
        """
        return self._run(
            "hosts_ask",
            {
                "host": host,
                "agent": agent,
                "session_id": session_id,
                "hook_event_name": hook_event_name,
                "cwd": cwd,
                "agent_id": agent_id,
                "agent_type": agent_type,
                "model": model,
                "tool_name": tool_name,
                "tool_input": tool_input,
                "tool_use_id": tool_use_id,
                "extra": extra,
                "wait": wait,
                **more,
            },
            request_timeout,
        )

    def hosts_deliver(
        self,
        *,
        host: Literal["claude-code", "codex", "hermes", "openclaw"],
        agent: str | Unset = UNSET,
        session_id: str | Unset = UNSET,
        hook_event_name: str | Unset = UNSET,
        cwd: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        agent_type: str | Unset = UNSET,
        model: Any | Unset = UNSET,
        tool_name: str,
        tool_input: Any | Unset = UNSET,
        tool_use_id: str | Unset = UNSET,
        extra: shapes.Extra | Unset = UNSET,
        kind: Literal["deny", "allow"],
        at: float,
        request_timeout: float | None = None,
        **more: Any,
    ) -> Dict[str, Any]:
        """Put a tool call on the record that was refused or ran ungoverned while no server could be asked.

        POST /api/hosts/{host}/deliver. Needs the scope guard:evaluate.

        :param agent: The governed agent; may be left away with a key bound to one
        :param agent_id: The host's own id of the sub-agent that calls
        :param agent_type: The host's own name of the sub-agent's kind
        :param extra: Hermes' further fields
        :param at: Seconds since 1970, by the clock of the client
        """
        return self._run(
            "hosts_deliver",
            {
                "host": host,
                "agent": agent,
                "session_id": session_id,
                "hook_event_name": hook_event_name,
                "cwd": cwd,
                "agent_id": agent_id,
                "agent_type": agent_type,
                "model": model,
                "tool_name": tool_name,
                "tool_input": tool_input,
                "tool_use_id": tool_use_id,
                "extra": extra,
                "kind": kind,
                "at": at,
                **more,
            },
            request_timeout,
        )

    def hosts_end_turn(
        self,
        *,
        host: Literal["claude-code", "codex", "hermes", "openclaw"],
        agent: str | Unset = UNSET,
        session_id: str,
        hook_event_name: str | Unset = UNSET,
        cwd: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        agent_type: str | Unset = UNSET,
        model: Any | Unset = UNSET,
        records: list[shapes.Records] | Unset = UNSET,
        ended: bool | Unset = UNSET,
        request_timeout: float | None = None,
        **more: Any,
    ) -> Dict[str, Any]:
        """Add tokens and cost of a turn to its session, each answer once, and close calls that were never ended.

        POST /api/hosts/{host}/end-turn. Needs the scope actions:write.

        :param agent: The governed agent; may be left away with a key bound to one
        :param agent_id: The host's own id of the sub-agent that calls
        :param agent_type: The host's own name of the sub-agent's kind
        :param records: The lines of the client's transcript that tell of tokens; anything else in them is passed over
        :param ended: The session ends with this turn
        """
        return self._run(
            "hosts_end_turn",
            {
                "host": host,
                "agent": agent,
                "session_id": session_id,
                "hook_event_name": hook_event_name,
                "cwd": cwd,
                "agent_id": agent_id,
                "agent_type": agent_type,
                "model": model,
                "records": records,
                "ended": ended,
                **more,
            },
            request_timeout,
        )

    def hosts_join(
        self,
        *,
        host: Literal["claude-code", "codex", "hermes", "openclaw"],
        agent: str | Unset = UNSET,
        session_id: str | Unset = UNSET,
        hook_event_name: str | Unset = UNSET,
        cwd: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        agent_type: str | Unset = UNSET,
        model: Any | Unset = UNSET,
        tool_name: str,
        tool_input: Any | Unset = UNSET,
        tool_use_id: str | Unset = UNSET,
        extra: shapes.Extra | Unset = UNSET,
        request_timeout: float | None = None,
        **more: Any,
    ) -> Dict[str, Any]:
        """What the hook of a client was allowed for this very call, so that the gateway behind it does not ask again. Only for the same agent and the same act.

        POST /api/hosts/{host}/join. Needs the scope actions:write.

        :param agent: The governed agent; may be left away with a key bound to one
        :param agent_id: The host's own id of the sub-agent that calls
        :param agent_type: The host's own name of the sub-agent's kind
        :param extra: Hermes' further fields
        """
        return self._run(
            "hosts_join",
            {
                "host": host,
                "agent": agent,
                "session_id": session_id,
                "hook_event_name": hook_event_name,
                "cwd": cwd,
                "agent_id": agent_id,
                "agent_type": agent_type,
                "model": model,
                "tool_name": tool_name,
                "tool_input": tool_input,
                "tool_use_id": tool_use_id,
                "extra": extra,
                **more,
            },
            request_timeout,
        )

    def hosts_list(
        self,
        *,
        host: str | Unset = UNSET,
        outcome: Literal["enforced", "advisory", "dead", "changed"] | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List, by machine and client, whether a forbidden act was refused when a witness looked last, and changed installs.

        GET /api/hosts. Needs the scope agents:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "hosts_list",
            {
                "host": host,
                "outcome": outcome,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def hosts_record(
        self,
        *,
        host: Literal["claude-code", "codex", "hermes", "openclaw"],
        agent: str | Unset = UNSET,
        session_id: str | Unset = UNSET,
        hook_event_name: str | Unset = UNSET,
        cwd: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        agent_type: str | Unset = UNSET,
        model: Any | Unset = UNSET,
        tool_name: str,
        tool_input: Any | Unset = UNSET,
        tool_use_id: str | Unset = UNSET,
        extra: shapes.Extra | Unset = UNSET,
        tool_response: Any | Unset = UNSET,
        error: Any | Unset = UNSET,
        is_interrupt: bool | Unset = UNSET,
        duration_ms: float | Unset = UNSET,
        request_timeout: float | None = None,
        **more: Any,
    ) -> Dict[str, Any]:
        """Close the action of a tool call with what the host tells after it: outcome, duration, class of error. Where its output holds secrets, answers in the words of the host with the output without them.

        POST /api/hosts/{host}/record. Needs the scope actions:write.

        :param agent: The governed agent; may be left away with a key bound to one
        :param agent_id: The host's own id of the sub-agent that calls
        :param agent_type: The host's own name of the sub-agent's kind
        :param extra: Hermes' further fields
        """
        return self._run(
            "hosts_record",
            {
                "host": host,
                "agent": agent,
                "session_id": session_id,
                "hook_event_name": hook_event_name,
                "cwd": cwd,
                "agent_id": agent_id,
                "agent_type": agent_type,
                "model": model,
                "tool_name": tool_name,
                "tool_input": tool_input,
                "tool_use_id": tool_use_id,
                "extra": extra,
                "tool_response": tool_response,
                "error": error,
                "is_interrupt": is_interrupt,
                "duration_ms": duration_ms,
                **more,
            },
            request_timeout,
        )

    def hosts_report(
        self,
        *,
        seams: list[Any],
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Tell whether agent clients of a machine refused a forbidden act; the newest word on a seam stands.

        POST /api/hosts. Needs the scope agents:write.
        """
        return self._run(
            "hosts_report",
            {
                "seams": seams,
            },
            request_timeout,
        )

    def hosts_start_session(
        self,
        *,
        host: Literal["claude-code", "codex", "hermes", "openclaw"],
        agent: str | Unset = UNSET,
        session_id: str | Unset = UNSET,
        hook_event_name: str | Unset = UNSET,
        cwd: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        agent_type: str | Unset = UNSET,
        model: Any | Unset = UNSET,
        install: shapes.Install | Unset = UNSET,
        request_timeout: float | None = None,
        **more: Any,
    ) -> Dict[str, Any]:
        """What an agent should know when its session begins: policies in force and what waits for a person.

        POST /api/hosts/{host}/start-session. Needs the scope actions:write.

        :param agent: The governed agent; may be left away with a key bound to one
        :param agent_id: The host's own id of the sub-agent that calls
        :param agent_type: The host's own name of the sub-agent's kind
        :param install: What the gate found of its own install, as the session began
        """
        return self._run(
            "hosts_start_session",
            {
                "host": host,
                "agent": agent,
                "session_id": session_id,
                "hook_event_name": hook_event_name,
                "cwd": cwd,
                "agent_id": agent_id,
                "agent_type": agent_type,
                "model": model,
                "install": install,
                **more,
            },
            request_timeout,
        )

    def identities_create(
        self,
        *,
        agent_id: str,
        agent_name: str | Unset = UNSET,
        public_key: str,
        algorithm: Literal["RSASSA-PKCS1-v1_5", "Ed25519", "ES256"] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Register the public key that an agent signs its actions with; it replaces an earlier one.

        POST /api/identities. Needs the scope identities:write.

        :param public_key: PEM, SPKI: -----BEGIN PUBLIC KEY-----
        :param algorithm: Of the key itself when absent
        """
        return self._run(
            "identities_create",
            {
                "agent_id": agent_id,
                "agent_name": agent_name,
                "public_key": public_key,
                "algorithm": algorithm,
            },
            request_timeout,
        )

    def identities_list(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List the public keys that agents are known by, by agent.

        GET /api/identities. Needs the scope identities:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "identities_list",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def identities_remove(
        self,
        *,
        agent_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Revoke the public key of an agent; what it signs is not verified from then on.

        DELETE /api/identities/{agent_id}. Needs the scope identities:write.
        """
        return self._run(
            "identities_remove",
            {
                "agent_id": agent_id,
            },
            request_timeout,
        )

    def keys_create(
        self,
        *,
        name: str,
        role: Literal["admin", "approver", "member", "readonly"] | Unset = UNSET,
        scopes: list[Literal["guard:evaluate", "guard:read", "actions:read", "actions:write", "actions:delete", "approvals:decide", "approvals:read", "assumptions:read", "assumptions:write", "loops:read", "loops:write", "policies:read", "policies:write", "agents:read", "agents:write", "agents:pause", "roi:write", "drift:write", "alerts:read", "alerts:write", "notifiers:read", "notifiers:write", "halt:read", "halt:write", "tools:read", "tools:write", "keys:read", "keys:write", "settings:read", "settings:write", "ledger:read", "ledger:write", "events:read", "orgs:read", "orgs:write", "members:read", "members:write", "grants:read", "grants:write", "activity:read", "identities:read", "identities:write", "account:read", "account:write", "security:scan", "system:read", "tasks:read", "tasks:write", "webhooks:read", "webhooks:write"]] | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        prefix: str | Unset = UNSET,
        expires_at: str | Unset = UNSET,
        rate_limit_per_minute: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Create an API key with a role, optionally bound to one agent; the secret is shown once.

        POST /api/keys. Needs the scope keys:write.

        :param scopes: Narrows the role to these scopes
        :param agent_id: Binds the key: it can speak for this agent only
        """
        return self._run(
            "keys_create",
            {
                "name": name,
                "role": role,
                "scopes": scopes,
                "agent_id": agent_id,
                "prefix": prefix,
                "expires_at": expires_at,
                "rate_limit_per_minute": rate_limit_per_minute,
            },
            request_timeout,
        )

    def keys_list(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List API keys: name, role, agent, last use; newest first.

        GET /api/keys. Needs the scope keys:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "keys_list",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def keys_revoke(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Revoke an API key at once; calls with it are refused from then on.

        DELETE /api/keys/{id}. Needs the scope keys:write.

        :param id: Id of a key, key_…
        """
        return self._run(
            "keys_revoke",
            {
                "id": id,
            },
            request_timeout,
        )

    def keys_rotate(
        self,
        *,
        id: str,
        overlap_minutes: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Replace an API key by a new one with the same rights and the same end; the old one stays valid for the overlap.

        POST /api/keys/{id}/rotate. Needs the scope keys:write.

        :param id: Id of a key, key_…
        :param overlap_minutes: How long the old key stays valid
        """
        return self._run(
            "keys_rotate",
            {
                "id": id,
                "overlap_minutes": overlap_minutes,
            },
            request_timeout,
        )

    def ledger_export(
        self,
        *,
        from_seq: int | Unset = UNSET,
        size: int | Unset = UNSET,
        limit: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Get one page of the export file that anybody can verify offline; append the lines of all pages in order.

        GET /api/ledger/export. Needs the scope ledger:read.

        :param from_seq: next_seq of the page before
        :param size: size of the first page; a checkpoint of this size must exist
        :param limit: Entries a page; pages end early at 4 MiB
        """
        return self._run(
            "ledger_export",
            {
                "from_seq": from_seq,
                "size": size,
                "limit": limit,
            },
            request_timeout,
        )

    def ledger_get_checkpoint(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Get the signed checkpoint that commits to everything recorded so far; keep it to detect later rewriting.

        GET /api/ledger/checkpoint. Needs the scope ledger:read.
        """
        return self._run(
            "ledger_get_checkpoint",
            {
            },
            request_timeout,
        )

    def ledger_get_consistency(
        self,
        *,
        from_: int,
        to: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Prove by RFC 6962 consistency proof that the ledger at one size is the beginning of the ledger at a later size.

        GET /api/ledger/consistency. Needs the scope ledger:read.

        :param from_: Size of the older tree
        :param to: Size of the newer tree; the newest checkpoint when absent
        """
        return self._run(
            "ledger_get_consistency",
            {
                "from": from_,
                "to": to,
            },
            request_timeout,
        )

    def ledger_get_entry_proof(
        self,
        *,
        ref: str | Unset = UNSET,
        seq: int | Unset = UNSET,
        size: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Prove that a decision, action or approval is on the record: its entries with RFC 6962 inclusion proofs.

        GET /api/ledger/proof. Needs the scope ledger:read.

        :param ref: Id of the action, decision, policy or key
        :param seq: Place of one entry, instead of ref
        :param size: Tree to prove against; the newest checkpoint when absent
        """
        return self._run(
            "ledger_get_entry_proof",
            {
                "ref": ref,
                "seq": seq,
                "size": size,
            },
            request_timeout,
        )

    def ledger_get_jwks(
        self,
        *,
        org: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Get the public keys that sign the ledger of an org, retired ones included, as a JSON Web Key Set.

        GET /.well-known/jwks.json. Needs no credential.

        :param org: Org whose keys are asked for
        """
        return self._run(
            "ledger_get_jwks",
            {
                "org": org,
            },
            request_timeout,
        )

    def ledger_list_checkpoints(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List the signed checkpoints of the ledger, newest first.

        GET /api/ledger/checkpoints. Needs the scope ledger:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "ledger_list_checkpoints",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def ledger_list_entries(
        self,
        *,
        kind: Literal["decision", "approval", "outcome", "action", "policy", "key", "admin"] | Unset = UNSET,
        ref: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List what was recorded, newest first, by kind or by the id it is about.

        GET /api/ledger/entries. Needs the scope ledger:read.

        :param ref: Id of the action, decision, policy or key
        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "ledger_list_entries",
            {
                "kind": kind,
                "ref": ref,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def ledger_rotate_key(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Replace the key that signs the ledger; the log names the new key and old checkpoints stay verifiable.

        POST /api/ledger/rotate-key. Needs the scope ledger:write.
        """
        return self._run(
            "ledger_rotate_key",
            {
            },
            request_timeout,
        )

    def loops_close(
        self,
        *,
        loop_id: str,
        status: Literal["resolved", "cancelled", "completed"] | Unset = UNSET,
        resolution: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Resolve or cancel an open loop; of parallel callers one does it.

        PATCH /api/actions/loops/{loop_id}. Needs the scope loops:write.

        :param resolution: Required to resolve
        """
        return self._run(
            "loops_close",
            {
                "loop_id": loop_id,
                "status": status,
                "resolution": resolution,
            },
            request_timeout,
        )

    def loops_create(
        self,
        *,
        action_id: str,
        loop_type: Literal["followup", "question", "dependency", "approval", "review", "handoff", "validation", "blocker", "decision", "other", "follow_up", "decision_pending"],
        description: str,
        loop_id: str | Unset = UNSET,
        priority: Literal["low", "medium", "high", "critical"] | Unset = UNSET,
        owner: str | Unset = UNSET,
        status: Literal["open", "resolved", "cancelled"] | Unset = UNSET,
        resolution: str | Unset = UNSET,
        metadata: dict[str, Any] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Note something an action leaves open: a follow-up, question, dependency, review.

        POST /api/actions/loops. Needs the scope loops:write.

        :param resolution: Required with status resolved
        """
        return self._run(
            "loops_create",
            {
                "action_id": action_id,
                "loop_type": loop_type,
                "description": description,
                "loop_id": loop_id,
                "priority": priority,
                "owner": owner,
                "status": status,
                "resolution": resolution,
                "metadata": metadata,
            },
            request_timeout,
        )

    def loops_get(
        self,
        *,
        loop_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one open loop and the state of its action.

        GET /api/actions/loops/{loop_id}. Needs the scope loops:read.
        """
        return self._run(
            "loops_get",
            {
                "loop_id": loop_id,
            },
            request_timeout,
        )

    def loops_list(
        self,
        *,
        action_id: str | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        status: Literal["open", "resolved", "cancelled"] | Unset = UNSET,
        loop_type: Literal["followup", "question", "dependency", "approval", "review", "handoff", "validation", "blocker", "decision", "other", "follow_up", "decision_pending"] | Unset = UNSET,
        priority: Literal["low", "medium", "high", "critical"] | Unset = UNSET,
        from_: str | Unset = UNSET,
        to: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List loops, most urgent first, by action, agent, status, type or priority.

        GET /api/actions/loops. Needs the scope loops:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "loops_list",
            {
                "action_id": action_id,
                "agent_id": agent_id,
                "status": status,
                "loop_type": loop_type,
                "priority": priority,
                "from": from_,
                "to": to,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def members_invite(
        self,
        *,
        email: str | Unset = UNSET,
        role: Literal["owner", "admin", "approver", "member", "readonly"] | Unset = UNSET,
        expires_hours: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Make a link by which one person joins the org with a role; it works once and is shown once.

        POST /api/invitations. Needs the scope members:write.

        :param email: Only this address may accept
        """
        return self._run(
            "members_invite",
            {
                "email": email,
                "role": role,
                "expires_hours": expires_hours,
            },
            request_timeout,
        )

    def members_list(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List the people of the org with their roles.

        GET /api/members. Needs the scope members:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "members_list",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def members_list_invitations(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        open: bool | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List invitations, newest first; links are never shown again.

        GET /api/invitations. Needs the scope members:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        :param open: Only those that can still be accepted
        """
        return self._run(
            "members_list_invitations",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
                "open": open,
            },
            request_timeout,
        )

    def members_remove(
        self,
        *,
        account_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Take a person out of the org; their sessions and OAuth clients there stop at once.

        DELETE /api/members/{account_id}. Needs the scope members:write.

        :param account_id: Id of a person, usr_…
        """
        return self._run(
            "members_remove",
            {
                "account_id": account_id,
            },
            request_timeout,
        )

    def members_revoke_invitation(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Make the link of an invitation stop working.

        DELETE /api/invitations/{id}. Needs the scope members:write.

        :param id: Id of an invitation, inv_…
        """
        return self._run(
            "members_revoke_invitation",
            {
                "id": id,
            },
            request_timeout,
        )

    def members_update(
        self,
        *,
        account_id: str,
        role: Literal["owner", "admin", "approver", "member", "readonly"],
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Give a member another role; what they may do changes at once.

        PATCH /api/members/{account_id}. Needs the scope members:write.

        :param account_id: Id of a person, usr_…
        """
        return self._run(
            "members_update",
            {
                "account_id": account_id,
                "role": role,
            },
            request_timeout,
        )

    def notifiers_create(
        self,
        *,
        name: str,
        active: bool | Unset = UNSET,
        subjects: list[Literal["alert", "approval"]] | Unset = UNSET,
        min_severity: Literal["critical", "warning", "info"] | Unset = UNSET,
        digest_after: int | Unset = UNSET,
        telegram: shapes.Telegram | Unset = UNSET,
        slack: shapes.Slack | Unset = UNSET,
        webhook: shapes.Slack | Unset = UNSET,
        email: shapes.Email | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Say where people are told of alerts and approvals: Telegram, Slack, a webhook or e-mail.

        POST /api/notifiers. Needs the scope notifiers:write.

        :param min_severity: Alerts that are less grave are not told
        :param digest_after: More alerts in ten minutes come as one message
        :param telegram: A chat of Telegram, with buttons
        :param slack: An incoming webhook of Slack or what speaks its language
        :param webhook: Your own receiver; signed by Standard Webhooks
        :param email: By an SMTP server
        """
        return self._run(
            "notifiers_create",
            {
                "name": name,
                "active": active,
                "subjects": subjects,
                "min_severity": min_severity,
                "digest_after": digest_after,
                "telegram": telegram,
                "slack": slack,
                "webhook": webhook,
                "email": email,
                "idempotency_key": idempotency_key,
            },
            request_timeout,
        )

    def notifiers_create_link(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Make a code; sent by you in the chat of the bot it links your Telegram account, so that buttons are yours.

        POST /api/notifiers/telegram-link. Needs the scope approvals:decide.
        """
        return self._run(
            "notifiers_create_link",
            {
            },
            request_timeout,
        )

    def notifiers_list(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List where people are told of alerts and approvals, and whether the newest message got through.

        GET /api/notifiers. Needs the scope notifiers:read.

        :param limit: Rows per page, at most 100
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "notifiers_list",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def notifiers_list_deliveries(
        self,
        *,
        notifier_id: str,
        status: Literal["pending", "sent", "digested", "dropped", "failed"] | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List what a notifier told, has yet to tell or could not tell, newest first; kept for 35 days.

        GET /api/notifiers/{notifier_id}/deliveries. Needs the scope notifiers:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "notifiers_list_deliveries",
            {
                "notifier_id": notifier_id,
                "status": status,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def notifiers_list_links(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List which Telegram users press buttons as which members of the organization.

        GET /api/notifiers/telegram-links. Needs the scope notifiers:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "notifiers_list_links",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def notifiers_remove(
        self,
        *,
        notifier_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Remove a notifier with its tokens; what it had still to tell is not told.

        DELETE /api/notifiers/{notifier_id}. Needs the scope notifiers:write.
        """
        return self._run(
            "notifiers_remove",
            {
                "notifier_id": notifier_id,
            },
            request_timeout,
        )

    def notifiers_remove_link(
        self,
        *,
        telegram_user_id: int,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Take a Telegram user the right to press buttons as a member: your own, or any one as an administrator.

        DELETE /api/notifiers/telegram-links/{telegram_user_id}. Needs the scope approvals:decide.
        """
        return self._run(
            "notifiers_remove_link",
            {
                "telegram_user_id": telegram_user_id,
            },
            request_timeout,
        )

    def notifiers_test(
        self,
        *,
        notifier_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Send a test message now and tell whether it got through, and why not.

        POST /api/notifiers/{notifier_id}/test. Needs the scope notifiers:write.
        """
        return self._run(
            "notifiers_test",
            {
                "notifier_id": notifier_id,
            },
            request_timeout,
        )

    def notifiers_update(
        self,
        *,
        notifier_id: str,
        name: str | Unset = UNSET,
        active: bool | Unset = UNSET,
        subjects: list[Literal["alert", "approval"]] | Unset = UNSET,
        min_severity: Literal["critical", "warning", "info"] | Unset = UNSET,
        digest_after: int | Unset = UNSET,
        telegram: shapes.Telegram | Unset = UNSET,
        slack: shapes.Slack | Unset = UNSET,
        webhook: shapes.Slack | Unset = UNSET,
        email: shapes.Email | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Change what a notifier tells, or give it another destination of the same kind in full.

        PATCH /api/notifiers/{notifier_id}. Needs the scope notifiers:write.

        :param min_severity: Alerts that are less grave are not told
        :param digest_after: More alerts in ten minutes come as one message
        :param telegram: A chat of Telegram, with buttons
        :param slack: An incoming webhook of Slack or what speaks its language
        :param webhook: Your own receiver; signed by Standard Webhooks
        :param email: By an SMTP server
        """
        return self._run(
            "notifiers_update",
            {
                "notifier_id": notifier_id,
                "name": name,
                "active": active,
                "subjects": subjects,
                "min_severity": min_severity,
                "digest_after": digest_after,
                "telegram": telegram,
                "slack": slack,
                "webhook": webhook,
                "email": email,
            },
            request_timeout,
        )

    def observations_get_webhook_secret(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Get the secret with which calls to webhook policies are signed (Standard Webhooks); made on first use.

        GET /api/webhooks/guard-secret. Needs the scope settings:write.
        """
        return self._run(
            "observations_get_webhook_secret",
            {
            },
            request_timeout,
        )

    def orgs_create(
        self,
        *,
        name: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Create an organization with the default policies and its first admin key, shown once; a person becomes its owner.

        POST /api/orgs. Needs the scope orgs:write.
        """
        return self._run(
            "orgs_create",
            {
                "name": name,
            },
            request_timeout,
        )

    def orgs_list(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List the organizations of this instance.

        GET /api/orgs. Needs the scope orgs:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "orgs_list",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def pairings_approve(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Make the key of a pairing the one its agent is known by; it replaces an earlier one.

        POST /api/pairings/{id}/approve. Needs the scope identities:write.

        :param id: Id of a pairing, pair_…
        """
        return self._run(
            "pairings_approve",
            {
                "id": id,
            },
            request_timeout,
        )

    def pairings_create(
        self,
        *,
        agent_id: str,
        agent_name: str | Unset = UNSET,
        public_key: str,
        algorithm: Literal["RSASSA-PKCS1-v1_5", "Ed25519", "ES256"] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Ask an admin to register your public key; they have 15 minutes to approve it.

        POST /api/pairings. Needs the scope agents:write.

        :param public_key: PEM, SPKI: -----BEGIN PUBLIC KEY-----
        :param algorithm: Of the key itself when absent
        """
        return self._run(
            "pairings_create",
            {
                "agent_id": agent_id,
                "agent_name": agent_name,
                "public_key": public_key,
                "algorithm": algorithm,
            },
            request_timeout,
        )

    def pairings_get(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one pairing; an agent asks this until it is approved or has expired.

        GET /api/pairings/{id}. Needs the scope agents:read.

        :param id: Id of a pairing, pair_…
        """
        return self._run(
            "pairings_get",
            {
                "id": id,
            },
            request_timeout,
        )

    def pairings_list(
        self,
        *,
        status: Literal["pending", "approved", "expired"] | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List the keys that agents ask to be known by, newest first.

        GET /api/pairings. Needs the scope identities:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "pairings_list",
            {
                "status": status,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def policies_activate(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Turn a draft into an active policy; its rules are checked again.

        POST /api/policies/{id}/activate. Needs the scope policies:write.
        """
        return self._run(
            "policies_activate",
            {
                "id": id,
            },
            request_timeout,
        )

    def policies_create(
        self,
        *,
        name: str,
        policy_type: str,
        rules: dict[str, Any] | str,
        active: bool | Literal[0] | Literal[1] | Unset = UNSET,
        agent_ids: list[str] | str | None | Unset = UNSET,
        mode: Literal["enforce", "shadow"] | Unset = UNSET,
        state: Literal["draft", "active"] | Unset = UNSET,
        created_by: str | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Create a guard policy; it applies to the next decision, unless it is created as a draft or in shadow mode.

        POST /api/policies. Needs the scope policies:write.

        :param policy_type: One of risk_threshold, require_approval, block_action_type, warn_action_type, allow_grant, protected_path, agent_allowlist, rate_limit, webhook_check, non_fabrication, permission_escalation, green_contract, branch_freshness, require_evidence, budget, condition, semantic
        :param rules: Rules of the policy type, as an object or its JSON text
        :param agent_ids: Agents it applies to; null = every agent
        :param mode: shadow: evaluated and recorded, never enforced
        """
        return self._run(
            "policies_create",
            {
                "name": name,
                "policy_type": policy_type,
                "rules": rules,
                "active": active,
                "agent_ids": agent_ids,
                "mode": mode,
                "state": state,
                "created_by": created_by,
                "idempotency_key": idempotency_key,
            },
            request_timeout,
        )

    def policies_get(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Read one policy with its rules, and why it has no effect when it has none.

        GET /api/policies/{id}. Needs the scope policies:read.
        """
        return self._run(
            "policies_get",
            {
                "id": id,
            },
            request_timeout,
        )

    def policies_list(
        self,
        *,
        agent_id: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List the guard policies of the org, newest first, optionally only those that apply to one agent.

        GET /api/policies. Needs the scope policies:read.

        :param agent_id: Keeps policies for every agent and for this one
        :param limit: Rows per page, at most 1000
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "policies_list",
            {
                "agent_id": agent_id,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def policies_list_revisions(
        self,
        *,
        id: str,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Read how a policy stood after each change and who made it, newest first; also after it was removed.

        GET /api/policies/{id}/revisions. Needs the scope policies:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "policies_list_revisions",
            {
                "id": id,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def policies_remove(
        self,
        *,
        id: str | Unset = UNSET,
        ids: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Remove one policy by id, or several by ids; their history stays.

        DELETE /api/policies. Needs the scope policies:write.

        :param ids: Several ids, separated by commas
        """
        return self._run(
            "policies_remove",
            {
                "id": id,
                "ids": ids,
            },
            request_timeout,
        )

    def policies_replay(
        self,
        *,
        policy_id: str | Unset = UNSET,
        policy_type: str | Unset = UNSET,
        rules: dict[str, Any] | str | Unset = UNSET,
        agent_ids: list[str] | str | None | Unset = UNSET,
        days: int | Unset = UNSET,
        from_: str | Unset = UNSET,
        to: str | Unset = UNSET,
        max_decisions: int | Unset = UNSET,
        max_changed: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Judge recorded decisions again with a draft policy added: counts, changed decisions and a repeatable hash.

        POST /api/policies/replay. Needs the scope policies:read.

        :param policy_id: A stored policy or draft; or give policy_type and rules
        :param policy_type: One of risk_threshold, require_approval, block_action_type, warn_action_type, allow_grant, protected_path, agent_allowlist, rate_limit, webhook_check, non_fabrication, permission_escalation, green_contract, branch_freshness, require_evidence, budget, condition, semantic
        :param rules: Rules of the policy type, as an object or its JSON text
        :param agent_ids: Agents it applies to; null = every agent
        :param from_: Start of the window, instead of days
        """
        return self._run(
            "policies_replay",
            {
                "policy_id": policy_id,
                "policy_type": policy_type,
                "rules": rules,
                "agent_ids": agent_ids,
                "days": days,
                "from": from_,
                "to": to,
                "max_decisions": max_decisions,
                "max_changed": max_changed,
            },
            request_timeout,
        )

    def policies_simulate(
        self,
        *,
        policy_type: str | Unset = UNSET,
        rules: dict[str, Any] | str | Unset = UNSET,
        pack: str | Unset = UNSET,
        days: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show what a policy, or a pack of them, would have said to the latest actions; nothing is stored or sent.

        POST /api/policies/simulate. Needs the scope policies:read.

        :param policy_type: One of risk_threshold, require_approval, block_action_type, warn_action_type, allow_grant, protected_path, agent_allowlist, rate_limit, webhook_check, non_fabrication, permission_escalation, green_contract, branch_freshness, require_evidence, budget, condition, semantic
        :param rules: Rules of the policy type, as an object or its JSON text
        :param pack: Name of a pack instead of a policy: default
        """
        return self._run(
            "policies_simulate",
            {
                "policy_type": policy_type,
                "rules": rules,
                "pack": pack,
                "days": days,
            },
            request_timeout,
        )

    def policies_test(
        self,
        *,
        file: str | Unset = UNSET,
        tests: list[shapes.Tests] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Run the tests of a policy file, or those inside the active policies; nothing is stored or sent.

        POST /api/policies/test. Needs the scope policies:read.

        :param file: A policy file in YAML; absent = the active policies
        :param tests: Further tests, run against all policies together
        """
        return self._run(
            "policies_test",
            {
                "file": file,
                "tests": tests,
            },
            request_timeout,
        )

    def policies_update(
        self,
        *,
        id: str,
        name: str | Unset = UNSET,
        rules: dict[str, Any] | str | Unset = UNSET,
        active: bool | Literal[0] | Literal[1] | Unset = UNSET,
        agent_ids: list[str] | str | None | Unset = UNSET,
        mode: Literal["enforce", "shadow"] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Change name, rules, agents, mode or activity of a policy; the former state stays in its history.

        PATCH /api/policies. Needs the scope policies:write.

        :param rules: Rules of the policy type, as an object or its JSON text
        :param agent_ids: Agents it applies to; null = every agent
        :param mode: shadow: evaluated and recorded, never enforced
        """
        return self._run(
            "policies_update",
            {
                "id": id,
                "name": name,
                "rules": rules,
                "active": active,
                "agent_ids": agent_ids,
                "mode": mode,
            },
            request_timeout,
        )

    def roi_get_stats(
        self,
        *,
        agent_id: str,
        period: Literal["7d", "30d", "90d"] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show how the tasks of an agent ended, what they cost and what they are worth, beside the period before.

        GET /api/agents/{agent_id}/stats. Needs the scope agents:read.

        :param period: Ends today (UTC)
        """
        return self._run(
            "roi_get_stats",
            {
                "agent_id": agent_id,
                "period": period,
            },
            request_timeout,
        )

    def roi_list_values(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List what a success of each task is worth to the org, by name.

        GET /api/roi/values. Needs the scope agents:read.

        :param limit: Rows per page, at most 500
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "roi_list_values",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def roi_remove_value(
        self,
        *,
        task: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """No longer say what a success of a task is worth; values that events brought stay.

        DELETE /api/roi/values/{task}. Needs the scope roi:write.

        :param task: Name of a task, as events have it
        """
        return self._run(
            "roi_remove_value",
            {
                "task": task,
            },
            request_timeout,
        )

    def roi_set_value(
        self,
        *,
        task: str,
        value_usd: float,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Say what one success of a task is worth, where events bring no value of their own.

        PUT /api/roi/values/{task}. Needs the scope roi:write.

        :param task: Name of a task, as events have it
        :param value_usd: USD; to the millionth
        """
        return self._run(
            "roi_set_value",
            {
                "task": task,
                "value_usd": value_usd,
            },
            request_timeout,
        )

    def settings_get(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show the settings of the org, defaults filled in, with what each means and where its value comes from.

        GET /api/settings. Needs the scope settings:read.
        """
        return self._run(
            "settings_get",
            {
            },
            request_timeout,
        )

    def settings_update(
        self,
        *,
        settings: shapes.Settings,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Change settings of the org; what is not named stays as it is, null goes back to the default.

        PATCH /api/settings. Needs the scope settings:write.
        """
        return self._run(
            "settings_update",
            {
                "settings": settings,
            },
            request_timeout,
        )

    def skills_scan(
        self,
        *,
        files: list[shapes.Files] | Unset = UNSET,
        skill: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Tell whether a skill is safe to install: injected instructions, hidden text, secrets, dangerous scripts. Nothing is run or stored.

        POST /api/skills/scan. Needs the scope security:scan.

        :param files: All files of the skill, 1 MiB together
        :param skill: A single SKILL.md, instead of files
        """
        return self._run(
            "skills_scan",
            {
                "files": files,
                "skill": skill,
            },
            request_timeout,
        )

    def system_health(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Tell that the server runs, with its version and database engine; needs no key.

        GET /api/health. Needs no credential.
        """
        return self._run(
            "system_health",
            {
            },
            request_timeout,
        )

    def system_ready(
        self,
        *,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Tell whether the server can work: the database answers and its schema is complete; needs no key.

        GET /api/ready. Needs no credential.
        """
        return self._run(
            "system_ready",
            {
            },
            request_timeout,
        )

    def tasks_claim(
        self,
        *,
        agent_id: str | Unset = UNSET,
        version_id: str | Unset = UNSET,
        lease_seconds: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Take an agent's next task, the most urgent and then the oldest; the guard is asked first, and a lease keeps others off it.

        POST /api/tasks/claim. Needs the scope tasks:write.

        :param agent_id: May be left away with a key bound to an agent
        :param version_id: Only tasks that are routed to this version
        :param lease_seconds: The task returns to the queue when the lease is not extended for so long
        """
        return self._run(
            "tasks_claim",
            {
                "agent_id": agent_id,
                "version_id": version_id,
                "lease_seconds": lease_seconds,
            },
            request_timeout,
        )

    def tasks_complete(
        self,
        *,
        task_id: str,
        lease_token: str | Unset = UNSET,
        output: dict[str, Any] | Unset = UNSET,
        cost_usd: float | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Report that a task is done, with its output; 409 when the lease was lost.

        POST /api/tasks/{task_id}/complete. Needs the scope tasks:write.

        :param lease_token: lease_token of the claim
        :param cost_usd: What this attempt cost; not also by events, or it counts twice
        """
        return self._run(
            "tasks_complete",
            {
                "task_id": task_id,
                "lease_token": lease_token,
                "output": output,
                "cost_usd": cost_usd,
            },
            request_timeout,
        )

    def tasks_create(
        self,
        *,
        agent_id: str,
        version_id: str | Unset = UNSET,
        title: str,
        description: str | Unset = UNSET,
        priority: Literal["low", "medium", "high", "urgent"] | Unset = UNSET,
        input: dict[str, Any] | Unset = UNSET,
        deadline: str | Unset = UNSET,
        max_attempts: int | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Queue a task for an agent; it is routed to a version and claimed by priority, then age.

        POST /api/tasks. Needs the scope tasks:write.

        :param version_id: Id or number; when left away the agent's traffic shares decide, else its current version
        :param deadline: A task that has not ended by then fails
        :param max_attempts: Starts, after which a task that is lost again fails
        """
        return self._run(
            "tasks_create",
            {
                "agent_id": agent_id,
                "version_id": version_id,
                "title": title,
                "description": description,
                "priority": priority,
                "input": input,
                "deadline": deadline,
                "max_attempts": max_attempts,
                "idempotency_key": idempotency_key,
            },
            request_timeout,
        )

    def tasks_extend(
        self,
        *,
        task_id: str,
        lease_token: str,
        lease_seconds: int | Unset = UNSET,
        progress: int | Unset = UNSET,
        progress_note: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Keep a claimed task, counted from now; 409 when the lease was lost: then stop working on it.

        POST /api/tasks/{task_id}/extend. Needs the scope tasks:write.

        :param lease_token: lease_token of the claim
        :param lease_seconds: The task returns to the queue when the lease is not extended for so long
        :param progress: Percent
        """
        return self._run(
            "tasks_extend",
            {
                "task_id": task_id,
                "lease_token": lease_token,
                "lease_seconds": lease_seconds,
                "progress": progress,
                "progress_note": progress_note,
            },
            request_timeout,
        )

    def tasks_fail(
        self,
        *,
        task_id: str,
        lease_token: str | Unset = UNSET,
        reason: str,
        output: dict[str, Any] | Unset = UNSET,
        cost_usd: float | Unset = UNSET,
        retry: bool | Unset = UNSET,
        retry_after_seconds: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Report that a task could not be done: it returns to the queue while it has attempts left, else it fails.

        POST /api/tasks/{task_id}/fail. Needs the scope tasks:write.

        :param lease_token: lease_token of the claim
        :param cost_usd: What this attempt cost; not also by events, or it counts twice
        :param retry: False: it fails at once
        """
        return self._run(
            "tasks_fail",
            {
                "task_id": task_id,
                "lease_token": lease_token,
                "reason": reason,
                "output": output,
                "cost_usd": cost_usd,
                "retry": retry,
                "retry_after_seconds": retry_after_seconds,
            },
            request_timeout,
        )

    def tasks_get(
        self,
        *,
        task_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one task with its input, output and progress.

        GET /api/tasks/{task_id}. Needs the scope tasks:read.
        """
        return self._run(
            "tasks_get",
            {
                "task_id": task_id,
            },
            request_timeout,
        )

    def tasks_list(
        self,
        *,
        status: Literal["queued", "running", "completed", "failed", "cancelled"] | Unset = UNSET,
        agent_id: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List tasks, newest first, by status and agent.

        GET /api/tasks. Needs the scope tasks:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "tasks_list",
            {
                "status": status,
                "agent_id": agent_id,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def tasks_update(
        self,
        *,
        task_id: str,
        status: Literal["queued", "running", "completed", "failed", "cancelled"] | Unset = UNSET,
        output: dict[str, Any] | Unset = UNSET,
        progress: int | Unset = UNSET,
        progress_note: str | Unset = UNSET,
        reason: str | Unset = UNSET,
        cost_usd: float | Unset = UNSET,
        lease_token: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Lead a task to another status, or report its progress and output.

        PATCH /api/tasks/{task_id}. Needs the scope tasks:write.

        :param status: running is asked of the guard first
        :param progress: Percent
        :param reason: Why it failed or was cancelled
        :param cost_usd: What this attempt cost; not also by events, or it counts twice
        :param lease_token: Of a task that was claimed; not needed to cancel it
        """
        return self._run(
            "tasks_update",
            {
                "task_id": task_id,
                "status": status,
                "output": output,
                "progress": progress,
                "progress_note": progress_note,
                "reason": reason,
                "cost_usd": cost_usd,
                "lease_token": lease_token,
            },
            request_timeout,
        )

    def telemetry_collect(
        self,
        *,
        events: list[Any],
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Report heartbeats, tool calls, errors, costs, changes of status and ended tasks of agents, up to 1,000 at once.

        POST /api/telemetry. Needs the scope agents:write.

        :param events: Each as TelemetryEvent; one that is wrong is told by its place and spoils none of the others
        """
        return self._run(
            "telemetry_collect",
            {
                "events": events,
            },
            request_timeout,
        )

    def telemetry_list_costs(
        self,
        *,
        agent_id: str | Unset = UNSET,
        from_: str | Unset = UNSET,
        to: str | Unset = UNSET,
        group: Literal["agent", "model", "day", "version", "task"] | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Sum what agents cost by agent, model, day, version and task, and tell how unusual the day is.

        GET /api/costs. Needs the scope agents:read.

        :param from_: From its day (UTC) on; from the first when left away
        :param to: To the end of its day (UTC)
        :param group: Only this list is filled
        """
        return self._run(
            "telemetry_list_costs",
            {
                "agent_id": agent_id,
                "from": from_,
                "to": to,
                "group": group,
            },
            request_timeout,
        )

    def tool_pins_approve(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Trust one definition of a tool of a wrapped MCP server, so that agents see and may call it.

        POST /api/tool-pins/{id}/approve. Needs the scope tools:write.

        :param id: Id of one definition of one tool, pin_…
        """
        return self._run(
            "tool_pins_approve",
            {
                "id": id,
            },
            request_timeout,
        )

    def tool_pins_check(
        self,
        *,
        server: str,
        tools: list[shapes.ToolPinsCheckTools],
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Report the tool definitions that a wrapped MCP server lists now; tells which are trusted and which are quarantined.

        POST /api/tool-pins/check. Needs the scope actions:write.

        :param server: The name under which the server is wrapped
        """
        return self._run(
            "tool_pins_check",
            {
                "server": server,
                "tools": tools,
            },
            request_timeout,
        )

    def tool_pins_list(
        self,
        *,
        server: str | Unset = UNSET,
        state: Literal["pinned", "quarantined"] | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List what the tools of wrapped MCP servers say about themselves, newest first, and what is quarantined.

        GET /api/tool-pins. Needs the scope tools:read.

        :param server: The name under which the server is wrapped
        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "tool_pins_list",
            {
                "server": server,
                "state": state,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def tool_pins_remove(
        self,
        *,
        id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Forget one definition of a tool of a wrapped MCP server; it is judged anew when it is seen again.

        DELETE /api/tool-pins/{id}. Needs the scope tools:write.

        :param id: Id of one definition of one tool, pin_…
        """
        return self._run(
            "tool_pins_remove",
            {
                "id": id,
            },
            request_timeout,
        )

    def webhooks_create(
        self,
        *,
        url: str,
        events: list[str],
        description: str | Unset = UNSET,
        format: Literal["writ", "clawmit"] | Unset = UNSET,
        idempotency_key: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Have events sent to a URL, signed by Standard Webhooks; the secret is shown once.

        POST /api/webhooks. Needs the scope webhooks:write.

        :param url: https
        :param events: Names of events; `agent.*` for all of a domain, `*` for all
        :param format: Names and shapes of the bodies
        """
        return self._run(
            "webhooks_create",
            {
                "url": url,
                "events": events,
                "description": description,
                "format": format,
                "idempotency_key": idempotency_key,
            },
            request_timeout,
        )

    def webhooks_get(
        self,
        *,
        webhook_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one webhook and how its deliveries fare; never its secret.

        GET /api/webhooks/{webhook_id}. Needs the scope webhooks:read.
        """
        return self._run(
            "webhooks_get",
            {
                "webhook_id": webhook_id,
            },
            request_timeout,
        )

    def webhooks_get_delivery(
        self,
        *,
        webhook_id: str,
        delivery_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Show one delivery with the body that is sent, byte for byte.

        GET /api/webhooks/{webhook_id}/deliveries/{delivery_id}. Needs the scope webhooks:read.
        """
        return self._run(
            "webhooks_get_delivery",
            {
                "webhook_id": webhook_id,
                "delivery_id": delivery_id,
            },
            request_timeout,
        )

    def webhooks_list(
        self,
        *,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List the webhooks of the org, newest first; never their secrets.

        GET /api/webhooks. Needs the scope webhooks:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "webhooks_list",
            {
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def webhooks_list_deliveries(
        self,
        *,
        webhook_id: str,
        state: Literal["pending", "delivered", "failed"] | Unset = UNSET,
        limit: int | Unset = UNSET,
        offset: int | Unset = UNSET,
        cursor: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """List what was, is or will be sent to a webhook, newest first, with each attempt; kept for a month.

        GET /api/webhooks/{webhook_id}/deliveries. Needs the scope webhooks:read.

        :param limit: Rows per page, at most 200
        :param offset: Rows to skip; use cursor for deep pages
        :param cursor: next_cursor of the page before
        """
        return self._run(
            "webhooks_list_deliveries",
            {
                "webhook_id": webhook_id,
                "state": state,
                "limit": limit,
                "offset": offset,
                "cursor": cursor,
            },
            request_timeout,
        )

    def webhooks_remove(
        self,
        *,
        webhook_id: str,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Remove a webhook with its secret and its log; nothing more is sent there.

        DELETE /api/webhooks/{webhook_id}. Needs the scope webhooks:write.
        """
        return self._run(
            "webhooks_remove",
            {
                "webhook_id": webhook_id,
            },
            request_timeout,
        )

    def webhooks_replay(
        self,
        *,
        webhook_id: str,
        delivery_ids: list[str] | Unset = UNSET,
        failed_since: str | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Send settled deliveries of a webhook again, under the same ids: some by id, or all that failed since.

        POST /api/webhooks/{webhook_id}/replay. Needs the scope webhooks:write.

        :param failed_since: Those that failed since, the oldest 1000 at a time
        """
        return self._run(
            "webhooks_replay",
            {
                "webhook_id": webhook_id,
                "delivery_ids": delivery_ids,
                "failed_since": failed_since,
            },
            request_timeout,
        )

    def webhooks_rotate_secret(
        self,
        *,
        webhook_id: str,
        overlap_minutes: int | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Give a webhook a new secret, shown once; the former one signs beside it for a while.

        POST /api/webhooks/{webhook_id}/rotate-secret. Needs the scope webhooks:write.

        :param overlap_minutes: So long webhook-signature has both; x-clawmit-signature has the new one at once
        """
        return self._run(
            "webhooks_rotate_secret",
            {
                "webhook_id": webhook_id,
                "overlap_minutes": overlap_minutes,
            },
            request_timeout,
        )

    def webhooks_update(
        self,
        *,
        webhook_id: str,
        url: str | Unset = UNSET,
        events: list[str] | Unset = UNSET,
        description: str | Unset = UNSET,
        active: bool | Unset = UNSET,
        request_timeout: float | None = None,
    ) -> Dict[str, Any]:
        """Change the URL, the events or the description of a webhook, pause it, or let it go on.

        PATCH /api/webhooks/{webhook_id}. Needs the scope webhooks:write.

        :param url: https
        :param events: Names of events; `agent.*` for all of a domain, `*` for all
        :param active: False pauses it; true lets it go on with what waits, and with events of the last day that it missed
        """
        return self._run(
            "webhooks_update",
            {
                "webhook_id": webhook_id,
                "url": url,
                "events": events,
                "description": description,
                "active": active,
            },
            request_timeout,
        )
