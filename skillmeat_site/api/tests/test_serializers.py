"""What the document says of texts, and what is taken."""

import re

import pytest

from skillmeat_site.api.serializers import NameField

# What Python strips and ECMAScript, whose expressions OpenAPI has, does not call a space.
SEPARATORS = "\x1c\x1d\x1e\x1f\x85"


@pytest.mark.parametrize("text", [*SEPARATORS, SEPARATORS])
def test_a_name_of_separators_alone_is_blank_to_the_document_too(api, text):
    # In ASCII, \s is what both call a space.
    assert not re.search(NameField().pattern, text, re.ASCII)
    response = api.post("/api/v1/projects", {"name": text})
    assert response.json()["errors"][0]["code"] == "blank"


def test_separators_between_letters_are_fine_to_both(api):
    text = SEPARATORS.join("ab")
    assert re.search(NameField().pattern, text, re.ASCII)
    assert api.post("/api/v1/projects", {"name": text}).json()["name"] == text
