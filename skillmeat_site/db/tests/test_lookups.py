"""``contains_any_case`` folds every alphabet, and finds the same on both databases."""

import pytest
from django.apps import apps
from django.db.models import Q

pytestmark = pytest.mark.django_db


def finds(part: str, *, field: str = "name") -> list[str]:
    """The names of the collections whose ``field`` contains ``part``."""
    rows = apps.get_model("collections_app.Collection").objects.filter(
        **{f"{field}__contains_any_case": part}
    )
    return list(rows.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("Office Tools", "office", id="ascii, start"),
        pytest.param("office tools", "TOOLS", id="ascii, end"),
        pytest.param("Übergrößen", "ÜBERGRÖSSEN", id="umlauts and sharp s"),
        pytest.param("Straße", "strasse", id="sharp s by its two letters"),
        pytest.param("STRASSE", "straße", id="two letters by sharp s"),
        pytest.param("Straße", "STRAẞE", id="sharp s by the capital one"),
        pytest.param("ẞ", "ss", id="capital sharp s by its two letters"),
        pytest.param("İstanbul", "i̇STANBUL", id="a dot above that becomes a sign of its own"),
        pytest.param("\u212a", "k", id="the sign for kelvin"),
        pytest.param("\u2126", "ω", id="the sign for ohm"),
        pytest.param("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ", id="greek, final sigma"),
        pytest.param("ΟΔΟΣ", "οδοσ", id="greek, sigma in the middle of a word"),
        pytest.param("ᾳδω", "ΑΙΔΩ", id="greek, iota subscript"),
        pytest.param("Привет Мир", "пРИВЕТ", id="cyrillic"),
        pytest.param("ПРИВЕТ МИР", "мир", id="cyrillic, end"),
        pytest.param("Cafe\u0301 Noir", "CAFE\u0301", id="combining accent"),
        pytest.param("\u0390", "\u0399\u0308\u0301", id="one letter that is three in upper case"),
        pytest.param("օֆիս", "ՕՖԻՍ", id="armenian"),
        pytest.param("eﬃcient", "EFFICIENT", id="ligature"),
        pytest.param("𐐨𐑂", "𐐀𐐚", id="beyond the basic plane"),
        pytest.param("日本語の名前", "本語", id="no case at all"),
        pytest.param("rocket 🚀 science", "🚀 SCI", id="emoji"),
    ],
)
def test_it_finds_a_part_whatever_its_case(make_collection, text, part):
    make_collection(text)

    assert finds(part) == [text]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("Cafe", "café", id="an accent is a letter of its own"),
        pytest.param("Οδυσσεύς", "ΟΔΥΣΣΕΥΣ", id="a greek accent as well"),
        pytest.param("Straße", "strase", id="one s is not two"),
        pytest.param("мир", "mир", id="a latin letter that looks cyrillic"),
        pytest.param("Tools", "Tools ", id="more than there is"),
        pytest.param("a b", "ab", id="spaces count"),
    ],
)
def test_it_does_not_find_what_is_not_there(make_collection, text, part):
    make_collection(text)

    assert finds(part) == []


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("%", ["100% wool"]),
        ("0%", ["100% wool"]),
        ("_", ["snake_case"]),
        ("e_c", ["snake_case"]),
        ("\\", ["back\\slash"]),
        ("\\%", []),
        ("1%l", []),
        ("snake_", ["snake_case"]),
        ("snakes", ["snakes"]),
        ("'", ["it's"]),
        ('"', []),
        ("*", []),
        (".", []),
    ],
)
def test_wildcards_and_quotes_are_ordinary_characters(make_collection, part, found):
    for name in ("100% wool", "snake_case", "snakes", "back\\slash", "it's", "1000 wool"):
        make_collection(name)

    assert finds(part) == found


def test_nothing_is_a_part_of_everything(make_collection):
    make_collection("first")
    make_collection("second")

    assert finds("") == ["first", "second"]


def test_a_text_that_is_null_contains_nothing(make_collection):
    make_collection("none", description=None)
    make_collection("empty", description="")
    make_collection("some", description="Größe")

    assert finds("GRÖSSE", field="description") == ["some"]
    assert finds("", field="description") == ["empty", "some"]


def test_it_can_be_combined_and_negated(make_collection):
    for name in ("ÄPFEL", "Birnen", "äpfel und BIRNEN"):
        make_collection(name)
    both = Q(name__contains_any_case="äpfel") & ~Q(name__contains_any_case="birnen")
    rows = apps.get_model("collections_app.Collection").objects.filter(both)

    assert list(rows.values_list("name", flat=True)) == ["ÄPFEL"]
