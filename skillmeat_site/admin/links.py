"""Links from one page of the admin to another."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

STYLE = "text-primary-600 underline dark:text-primary-500"


def list_url(model: str, **filters: Any) -> str:
    """The URL of a filtered list.

    Args:
        model: such as ``groups_app_group``. A name spares an app an import of those that build on it.
        filters: query parameters, such as ``collection__id__exact``.
    """
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}"


def list_link(text: Any, model: str, **filters: Any) -> SafeString:
    """A link to a filtered list, such as from a count to what is counted; see `list_url`."""
    return format_html('<a href="{}" class="{}">{}</a>', list_url(model, **filters), STYLE, text)


def row_link(text: Any, model: str, id: str) -> SafeString:
    """A link to the form of a row."""
    url = reverse(f"admin:{model}_change", args=[id])
    return format_html('<a href="{}" class="{}">{}</a>', url, STYLE, text)
