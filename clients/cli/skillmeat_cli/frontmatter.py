"""The front matter of Markdown files: YAML between two lines of three hyphens."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from typing import Any

from skillmeat_cli.formats import Malformed, parse_yaml

# Longer ones are read line by line: the YAML parser takes seconds for them.
YAML_MAX = 65_536

_KEY = re.compile(r"([A-Za-z][\w-]*):(?:[ \t]+(.*))?$")
_BLOCK = re.compile(r"[|>][+-]?\d?$")
_QUOTED = re.compile(r"""(["'])(.*)\1$""")


@dataclass(frozen=True)
class FrontMatter:
    """What a file says of itself.

    Args:
        values: texts, lists and dicts by key.
        problem: what is wrong with it, in half a sentence; None when all is well.
        is_present: there is a front matter at all.
    """

    values: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None
    is_present: bool = True


def read_front_matter(text: str) -> FrontMatter:
    """Read the front matter of a text with line ends of LF. Whatever is wrong with it, the rest is read."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return FrontMatter(is_present=False)
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            problem = None if line.startswith("---") else "it ends with three dots"
            return _parsed("\n".join(lines[1:number]), problem)
    # Nothing tells where it ends: a blank line is the best guess.
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return _parsed("\n".join(lines[1:end]), "it is not closed")


def _parsed(text: str, problem: str | None) -> FrontMatter:
    try:
        if len(text) > YAML_MAX:
            raise Malformed(f"longer than {YAML_MAX} characters")
        values = parse_yaml(text)
    except Malformed as exc:
        return FrontMatter(read_lines(text), f"{exc}, read line by line")
    if isinstance(values, dict):
        return FrontMatter({str(key): value for key, value in values.items()}, problem)
    return FrontMatter({}, problem if values is None else "it is no mapping")


def read_lines(text: str) -> dict[str, Any]:
    """``key: value`` lines, as agents read front matter that is no YAML; of structures only ``metadata``."""
    values: dict[str, Any] = {}
    for key, first, more in _blocks(text):
        if key == "metadata" and not first:
            values[key] = read_lines(textwrap.dedent("\n".join(more)))
        elif _BLOCK.match(first):
            values[key] = ("\n" if first[0] == "|" else " ").join(line.strip() for line in more)
        elif not (first.startswith(("[", "{")) and first.endswith(("]", "}"))):
            values[key] = _QUOTED.sub(r"\2", " ".join([first, *(line.strip() for line in more)]).strip())
    return values


def _blocks(text: str) -> list[tuple[str, str, list[str]]]:
    """Each key with what follows it in its line, and the indented lines below."""
    blocks: list[tuple[str, str, list[str]]] = []
    for line in text.split("\n"):
        # YAML has no tabs at the beginning of a line, so nobody means them as an indentation.
        match = _KEY.match(line.lstrip("\t").rstrip())
        if match:
            blocks.append((match[1], (match[2] or "").strip(), []))
        elif blocks and line.strip():
            blocks[-1][2].append(line)
    return blocks
