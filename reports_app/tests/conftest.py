"""The rows of the tests of deployments serve here as well."""

from typing import Any

import pytest
from django.core.management import call_command

from deployments_app.tests.conftest import deploy, docx, pdf, shop, web

__all__ = ["deploy", "docx", "pdf", "shop", "web"]


@pytest.fixture(autouse=True)
def intact(db: None) -> Any:
    """Whatever is reported, the rules of the stored data hold afterwards."""
    yield
    call_command("check_integrity")
