"""The rows of the tests of deployments serve here as well."""

from deployments_app.tests.conftest import deploy, docx, pdf, shop, web

__all__ = ["deploy", "docx", "pdf", "shop", "web"]
