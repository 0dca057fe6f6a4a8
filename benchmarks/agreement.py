"""Whether the peers answer what the product answers; else the comparison would be worth nothing."""

import json
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.contenders import Server
from benchmarks.scenarios import READS, SUMMARY, filled


def check_agreement(servers: dict[str, Server], ids: dict[str, Any]) -> None:
    """Read each compared resource from all servers; the product may have more fields than the others.

    Raises:
        RuntimeError: a peer says something else, or something that the product does not say.
    """
    for scenario in READS:
        if scenario is SUMMARY:
            continue
        path = f"/api/v1{filled(scenario.path, ids)}"
        answers = {name: _get(server, path, ids["token"]) for name, server in servers.items()}
        expected = answers["product"]
        for name, answer in answers.items():
            if "results" in answer:
                # The envelope of DRF's own pagination.
                rows = next(key for key, value in expected.items() if isinstance(value, list))
                answer = {rows: answer["results"], "total": answer["count"]}
            if not _is_part(answer, expected):
                raise RuntimeError(f"{scenario.name}: {name} and the product do not agree")


def _get(server: Server, path: str, token: str) -> Any:
    request = Request(f"http://127.0.0.1:{server.port}{path}", headers={"Authorization": f"Token {token}"})
    with urlopen(request) as response:  # noqa: S310
        return json.load(response)


def _is_part(answer: Any, expected: Any) -> bool:
    if isinstance(answer, dict) and isinstance(expected, dict):
        return all(key in expected and _is_part(value, expected[key]) for key, value in answer.items())
    if isinstance(answer, list) and isinstance(expected, list):
        return len(answer) == len(expected) and all(map(_is_part, answer, expected))
    return answer == expected
