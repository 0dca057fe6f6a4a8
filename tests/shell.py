"""A shell in which `curl` asks the API of the test: what the documents show is run as a reader would."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from rest_framework.test import APIClient

ROOT = Path(__file__).parent.parent

# Sends its arguments to the test, each with a NUL at its end and an empty one last, and prints the response.
_CURL = r"""curl() { printf '%s\0' "$@" "" >&3; IFS= read -r -d '' response; printf '%s' "$response"; }"""
_FENCED = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Response = tuple[int, Any]


def blocks(markdown: str) -> list[tuple[str, str]]:
    """The language and the text of each block of a shell's commands or of JSON."""
    return _FENCED.findall(markdown)


def section(document: str, heading: str) -> str:
    """The text below a heading of a document at ``## ``."""
    _, *sections = re.split(r"^## ", (ROOT / document).read_text(encoding="utf-8"), flags=re.MULTILINE)
    [found] = (text for text in sections if text.startswith(f"{heading}\n"))
    return found


def send(method: str, url: str, body: str = "", **headers: str) -> Response:
    """The status and the body of the response of the API."""
    client = APIClient(raise_request_exception=False)
    response = client.generic(method, url, body, content_type="application/json", headers=headers)
    return response.status_code, json.loads(response.content)


def run(script: str, **environment: str) -> list[Response]:
    """Run a script in bash, which must succeed.

    Returns:
        What `curl` got, in order.
    """
    responses = []
    asked, asks = os.pipe()
    with subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", f"exec 3>&{asks}\n{_CURL}\n{script}"],
        env={**os.environ, **environment},
        pass_fds=[asks],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as shell:
        os.close(asks)
        assert shell.stdin is not None
        with os.fdopen(asked, encoding="utf-8", newline="") as requests:
            for arguments in _requests(requests):
                status, body = _sent(arguments)
                responses.append((status, body))
                shell.stdin.write(json.dumps(body).encode() + b"\0")
                shell.stdin.flush()
    assert shell.returncode == 0
    return responses


def _requests(stream: TextIO) -> Iterator[list[str]]:
    argument, arguments = "", list[str]()
    while character := stream.read(1):
        if character != "\0":
            argument += character
        elif argument:
            arguments.append(argument)
            argument = ""
        else:
            yield arguments
            arguments = []


def _sent(arguments: list[str]) -> Response:
    """What comes of curl's arguments: a URL and the options ``-sS``, ``-X``, ``-H`` and ``-d``."""
    method, url, body, headers = "", "", "", {}
    words = iter(arguments)
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, headers[name] = next(words).partition(": ")
        elif word == "-d":
            body = next(words)
        elif word != "-sS":
            url = word
    headers.pop("Content-Type", None)
    return send(
        method or ("POST" if body else "GET"), url.removeprefix("http://localhost:8000"), body, **headers
    )
