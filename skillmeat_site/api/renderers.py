"""JSON out, by orjson."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder

_encoder = JSONEncoder()


class FastJSONRenderer(BaseRenderer):
    """JSON without white space; it takes the same objects as DRF's own renderer."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """``data`` as UTF-8 bytes; nothing at all for a response without a body."""
        if data is None:
            return b""
        return orjson.dumps(data, default=_encoder.default, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
