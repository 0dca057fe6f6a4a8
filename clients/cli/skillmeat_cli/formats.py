"""JSON, TOML and YAML with every scalar as it is written: ``1.10`` stays ``1.10``, ``010`` stays ``010``.

Types would change what people wrote as a version. Booleans stay booleans in JSON and TOML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import tomlkit
import yaml
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item

# As TOML's parser has it; what works with the values later may then be recursive.
DEPTH_MAX = 100
# A string (kept), a comment, or a comma before a closing bracket. What is not closed goes on to the end, or
# each further quote in it would be tried as the first one of a string.
_STRING = r'("(?:\\.?|[^"\\])*(?:"|\Z))'
_COMMENT = re.compile(_STRING + r"|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_LAST_COMMA = re.compile(_STRING + r"|,(?=\s*[}\]])", re.DOTALL)


class Malformed(ValueError):
    """A text is not of its format. The message holds nothing of the text."""


def parse_json(text: str) -> Any:
    """The value of a JSON text, which may have comments and trailing commas, as editors allow.

    Raises:
        Malformed: it is no JSON, or nested too deeply.
    """
    try:
        try:
            return _json(text)
        except json.JSONDecodeError:
            return _json(_LAST_COMMA.sub(_string_only, _COMMENT.sub(_string_only, text)))
    except json.JSONDecodeError as exc:
        raise Malformed(f"not JSON (line {exc.lineno})") from exc
    except RecursionError as exc:
        raise Malformed("nested too deeply") from exc


def _json(text: str) -> Any:
    value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [child for item in level for child in _children(item)]
    if level:
        raise RecursionError
    return value


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _string_only(match: re.Match[str]) -> str:
    return match[1] or " "


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text; numbers, dates and times are texts as they are written.

    Raises:
        Malformed: it is no TOML, or nested too deeply.
    """
    try:
        tables = _as_written(tomlkit.parse(text))
    except TOMLKitError as exc:
        line = getattr(exc, "line", None)
        raise Malformed(f"not TOML (line {line})" if line else "not TOML") from exc
    except (RecursionError, ValueError) as exc:
        raise Malformed("not TOML, or nested too deeply") from exc
    assert isinstance(tables, dict)
    return tables


def _as_written(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _as_written(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_written(item) for item in value]
    if isinstance(value, str):
        return str(value)
    return value.as_string().strip() if isinstance(value, Item) else value


def parse_yaml(text: str) -> Any:
    """The value of a YAML text; every scalar is a text.

    Raises:
        Malformed: it is no YAML, or nested too deeply.
    """
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  It makes nothing but texts, lists and dicts.
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark
        raise Malformed(f"not YAML (line {mark.line + 1})" if mark else "not YAML") from exc
    except (yaml.YAMLError, ValueError) as exc:
        raise Malformed("not YAML") from exc
    except RecursionError as exc:
        raise Malformed("nested too deeply") from exc
