"""What schemathesis checks besides its own checks."""

from typing import Any

import schemathesis
from schemathesis import GenerationMode
from schemathesis.generation.meta import TestPhase

# What a request may break that is valid by the OpenAPI document.
RULES = {
    "unique",
    "immutable",
    "not_in_collection",
    "not_in_group",
    "same_target",
    "mixed_collections",
    "position_out_of_range",
    "repeated",
    "required",
    "expired",
    "latest_unknown",
    "too_many",
}

# What is stripped before it is measured, and how long it may be then.
STRIPPED = ("name", "latest_version", "deployed_version")
LONGEST = 255


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Leave out a text that is too long by blanks alone: the document calls it wrong, and it is taken."""
    body = case.body if isinstance(case.body, dict) else {}
    texts = [text for name in STRIPPED if isinstance(text := body.get(name), str)]
    return not any(len(text.strip()) <= LONGEST < len(text) for text in texts)


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Send no ``Idempotency-Key`` in a chain: the response of an earlier one names what that has deleted."""
    if case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL:
        case.headers.pop("Idempotency-Key", None)


@schemathesis.check
def only_rules_refuse_valid_data(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """A 400 to what the document calls valid names a rule that the document cannot express."""
    if response.status_code != 400 or case.meta is None:
        return
    if case.meta.generation.mode == GenerationMode.POSITIVE:
        codes = {error["code"] for error in response.json()["errors"]}
        assert codes <= RULES, f"refused for {codes - RULES}, which the document does not tell"


@schemathesis.check
def every_failure_has_the_envelope(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """Whatever is refused is refused in the one shape of all errors."""
    if response.status_code >= 400:
        assert response.headers["content-type"] == ["application/json"]
        assert response.json().keys() == {"type", "detail", "errors"}
