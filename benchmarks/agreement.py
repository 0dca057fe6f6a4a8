"""Whether the peers answer what the product answers; else the comparison would be worth nothing."""

import json
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.contenders import Server
from benchmarks.scenarios import COMPARED, FILTERS, Scenario, filled

# What the peers serve of it; read before the writes of the compared requests.
FILTERED = [each for each in FILTERS if each.path.startswith(("/artifacts?", "/deployments?"))]


def check_agreement(servers: dict[str, Server], ids: dict[str, Any]) -> None:
    """Send each compared request, and questions that lists are filtered by, to all servers.

    Raises:
        RuntimeError: a peer reads something else than the product, or answers a write with other fields.
    """
    for scenario in FILTERED + COMPARED:
        answers = {name: _answer(server, scenario, ids, name) for name, server in servers.items()}
        expected = answers["product"]
        for name, answer in answers.items():
            if "results" in answer:
                # The envelope of DRF's own pagination.
                rows = next(key for key, value in expected.items() if isinstance(value, list))
                answer = {**expected, rows: answer["results"], "total": answer["count"]}
            if answer != expected:
                raise RuntimeError(f"{scenario.name}: {name} and the product do not agree")


def _answer(server: Server, scenario: Scenario, ids: dict[str, Any], name: str) -> Any:
    """What a server answers; of a write only the fields, since each server writes rows of its own."""
    body = json.dumps(filled(scenario.body, ids)).replace("@n@", name) if scenario.body else None
    request = Request(
        f"http://127.0.0.1:{server.port}/api/v1{filled(scenario.path, ids)}",
        body and body.encode(),
        {"Authorization": f"Token {ids['token']}", "Content-Type": "application/json"},
        method=scenario.method,
    )
    with urlopen(request) as response:  # noqa: S310
        answer = json.load(response)
    return answer if scenario.method == "GET" else _fields(answer)


def _fields(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {key: _fields(value) for key, value in answer.items()}
    return [_fields(item) for item in answer] if isinstance(answer, list) else None
