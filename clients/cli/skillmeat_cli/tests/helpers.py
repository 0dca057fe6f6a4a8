"""A stand-in for the service, and short ways to say what a project has."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from skillmeat_cli.artifacts import Artifact
from skillmeat_cli.reader import Project

SKILL = "---\nname: {0}\ndescription: What {0} does.\n---\n# {0}\n"


def only(project: Project) -> Artifact:
    """The one artifact of a project."""
    (artifact,) = project.artifacts
    return artifact


def names(project: Project) -> list[tuple[str, str, str]]:
    """Target, type and name of each artifact."""
    return [(artifact.target, artifact.type, artifact.name) for artifact in project.artifacts]


def codes(project: Project) -> list[tuple[str, str]]:
    """Path and code of each problem."""
    return [(problem.path, problem.code) for problem in project.problems]


class FakeService(ThreadingHTTPServer):
    """Answers as the contract says, from what a test puts into it, and keeps the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.requests: list[tuple[str, str, dict[str, Any], dict[str, str]]] = []
        self.failures: list[tuple[int, dict[str, str]]] = []
        self.reports: list[dict[str, str]] = []
        self.outdated: list[dict[str, Any]] = []
        self.project_id: str | None = "proj-1"

    def bodies(self, path: str) -> list[dict[str, Any]]:
        return [body for _, requested, body, _ in self.requests if requested.endswith(path)]

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path.startswith("/api/v1/reports?"):
            return 200, {"reports": self.reports, "total": len(self.reports), "page": 1, "page_size": 100}
        if path == "/api/v1/reports":
            if self.project_id is None and not body["create"]:
                return 404, {"type": "client_error", "detail": "Project not found", "errors": []}
            changes = dict.fromkeys(("created", "updated", "superseded", "retired", "unchanged"), 0)
            return 200, {
                "project_id": self.project_id,
                "report_id": "rep-1",
                "unchanged": False,
                "artifacts": {"created": 0, "updated": 0, "unchanged": 0},
                "deployments": {**changes, "created": len(body["artifacts"])},
                "outdated": self.outdated,
                "problems": body["problems"],
            }
        if path == "/api/v1/catalogs":
            changes = {"created": len(body["artifacts"]), "updated": 0, "unchanged": 0, "withdrawn": 0}
            return 200, {"namespace": body["namespace"], "artifacts": changes, "newly_outdated": 0}
        if path == "/api/v1/auth/login":
            return (
                (200, {"token": "new-token"}) if body["password"] == "right" else (401, {"detail": "Wrong."})
            )
        return 200, {"username": "ada"}


class _Handler(BaseHTTPRequestHandler):
    server: FakeService

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.loads(content) if content else {}
        self.server.requests.append((self.command, self.path, body, dict(self.headers)))
        status, answer, headers = 0, {}, {}
        if self.server.failures:
            status, headers = self.server.failures.pop(0)
            answer = {"detail": "Not now."}
        elif self.headers.get("Authorization") == "Bearer wrong":
            status, answer = 401, {"detail": "Invalid token."}
        else:
            status, answer = self.server.answer(self.command, self.path, body)
        payload = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(payload))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
