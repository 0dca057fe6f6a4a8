"""``GET /groups``"""

import pytest

from groups_app.models import Group
from groups_app.tests.helpers import NO_ARTIFACT, NO_COLLECTION, NO_GROUP, URL, failure, missing, placed


@pytest.fixture
def listed(api, office):
    """Read the groups of "Office", with further parameters."""

    def read(**parameters):
        response = api.get(URL, {"collection_id": office.pk, **parameters})
        assert response.status_code == 200
        return response.json()

    return read


def names(page):
    return [(group["name"], group["position"]) for group in page["groups"]]


def test_the_groups_of_one_collection_are_listed_by_position(
    api, office, home, make_group, make_artifact, listed
):
    second = make_group(office, "a", make_artifact("pdf"), make_artifact("xlsx"), description="")
    make_group(home, "elsewhere")
    first = make_group(office, "z", position=0)

    page = listed()

    times = [(group.pop("created_at"), group.pop("updated_at")) for group in page["groups"]]
    shared = {"collection_id": office.pk}
    assert page == {
        "groups": [
            {**shared, "id": first.pk, "name": "z", "description": None, "position": 0, "artifact_count": 0},
            {**shared, "id": second.pk, "name": "a", "description": "", "position": 1, "artifact_count": 2},
        ],
        "total": 2,
        "page": 1,
        "page_size": 1000,
    }
    assert all(time.endswith("Z") for pair in times for time in pair)


def test_a_collection_without_groups_has_an_empty_list(listed):
    assert listed() == {"groups": [], "total": 0, "page": 1, "page_size": 1000}


@pytest.mark.parametrize("parameters", [{}, {"collection_id": ""}, {"collection_id": NO_GROUP}])
def test_a_list_needs_the_id_of_a_collection(api, parameters):
    response = api.get(URL, parameters)

    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == {"collection_id"}


def test_a_search_does_not_stand_in_for_the_collection(api):
    assert failure(api.get(URL, {"search": "x"})) == (400, "required", "collection_id")


def test_the_groups_of_all_collections_that_hold_an_artifact(api, make_artifact, make_collection, make_group):
    pdf, ocr = make_artifact("pdf"), make_artifact("ocr")
    work, home = make_collection("Work", pdf), make_collection("Home", pdf)
    make_group(work, "Empty")
    held = [make_group(work, "B", pdf), make_group(work, "A", ocr, pdf), make_group(home, "Z", pdf)]

    body = api.get(URL, {"artifact_id": pdf.pk}).json()

    rows = [(row["collection_name"], row["name"], row["position"]) for row in body["groups"]]
    assert rows == [("Home", "Z", 0), ("Work", "B", 1), ("Work", "A", 2)]
    assert {row["id"] for row in body["groups"]} == {group.pk for group in held}
    assert (body["total"], body["groups"][2]["artifact_count"]) == (3, 2)
    assert [row["name"] for row in api.get(URL, {"artifact_id": ocr.pk, "search": "a"}).json()["groups"]] == [
        "A"
    ]


def test_the_groups_of_one_collection_do_not_repeat_its_name(api, make_artifact, make_collection, make_group):
    pdf = make_artifact("pdf")
    work = make_collection("Work", pdf)
    make_group(work, "A", pdf)

    for parameters in ({"collection_id": work.pk}, {"collection_id": work.pk, "artifact_id": pdf.pk}):
        [group] = api.get(URL, parameters).json()["groups"]
        assert "collection_name" not in group


def test_the_groups_of_an_artifact_that_does_not_exist_are_not_found(api):
    assert missing(api.get(URL, {"artifact_id": NO_ARTIFACT})) == (404, f"Artifact '{NO_ARTIFACT}' not found")


def test_the_groups_of_a_collection_that_does_not_exist_are_not_found(api):
    response = api.get(URL, {"collection_id": NO_COLLECTION})

    assert missing(response) == (404, f"Collection '{NO_COLLECTION}' not found")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("mARK", [("Marketing", 1), ("trademarks", 3)]),
        ("ÜBER", [("über uns", 2)]),
        ("100%", [("100%", 4)]),
        ("%", [("100%", 4)]),
        ("r_s", [("fur_seal", 5)]),
        ("prose", []),
    ],
)
def test_a_search_finds_parts_of_names_and_keeps_true_positions(office, make_group, listed, search, found):
    for name in ("Sales", "Marketing", "über uns", "trademarks", "100%", "fur_seal"):
        make_group(office, name, description="plain prose")

    page = listed(search=search)

    assert (names(page), page["total"]) == (found, len(found))


def test_an_empty_search_finds_everything(groups, listed):
    assert names(listed(search="")) == placed("abcd")


def test_an_artifact_narrows_the_list_to_the_groups_that_hold_it(
    office, home, make_group, make_artifact, listed
):
    pdf, other = make_artifact("pdf"), make_artifact("other")
    for name, artifact in [("a", other), ("b", pdf), ("c", other), ("d", pdf)]:
        make_group(office, name, artifact)
    make_group(home, "elsewhere", pdf)

    page = listed(artifact_id=pdf.pk)

    assert (names(page), page["total"]) == ([("b", 1), ("d", 3)], 2)


def test_counts_are_of_all_artifacts_when_one_narrows_the_list(office, make_group, make_artifact, listed):
    pdf = make_artifact("pdf")
    make_group(office, "a", pdf, make_artifact("other"), make_artifact("third"))

    assert [group["artifact_count"] for group in listed(artifact_id=pdf.pk)["groups"]] == [3]


def test_filters_narrow_together(office, make_group, make_artifact, listed):
    pdf = make_artifact("pdf")
    make_group(office, "sales")
    make_group(office, "marketing", pdf)
    make_group(office, "after sales", pdf)

    assert names(listed(artifact_id=pdf.pk, search="sales")) == [("after sales", 2)]


def test_an_artifact_in_no_group_leaves_nothing(groups, make_artifact, listed):
    assert listed(artifact_id=make_artifact("pdf").pk)["groups"] == []


def test_an_artifact_that_does_not_exist_is_not_found(api, office):
    response = api.get(URL, {"collection_id": office.pk, "artifact_id": NO_ARTIFACT})

    assert missing(response) == (404, f"Artifact '{NO_ARTIFACT}' not found")


@pytest.mark.parametrize("id", ["", "x", NO_GROUP])
def test_an_artifact_id_of_the_wrong_shape_is_refused(api, office, id):
    status, _, attr = failure(api.get(URL, {"collection_id": office.pk, "artifact_id": id}))

    assert (status, attr) == (400, "artifact_id")


@pytest.mark.parametrize(
    ("page", "expected"), [(1, [("a", 0), ("b", 1)]), (2, [("c", 2), ("d", 3)]), (3, [("e", 4)])]
)
def test_pages_go_on_counting_positions(groups, office, make_group, listed, page, expected):
    make_group(office, "e")

    answer = listed(page=page, page_size=2)

    assert names(answer) == expected
    assert (answer["total"], answer["page"], answer["page_size"]) == (5, page, 2)


def test_a_narrowed_list_is_paged_too(office, make_group, listed):
    for name in ("x1", "y", "x2", "x3"):
        make_group(office, name)

    page = listed(search="x", page=2, page_size=2)

    assert (names(page), page["total"]) == ([("x3", 3)], 3)


@pytest.mark.parametrize("page", [2, 10**15])
def test_a_page_past_the_end_is_empty(groups, listed, page):
    assert listed(page=page) == {"groups": [], "total": 4, "page": page, "page_size": 1000}


def test_a_page_holds_a_thousand_groups_and_the_total_tells_of_more(office, listed):
    Group.objects.bulk_create(Group(collection=office, name=f"{i:04}", rank=i) for i in range(1001))

    page = listed()

    assert (len(page["groups"]), page["total"], page["page_size"]) == (1000, 1001, 1000)
    assert names(listed(page=2)) == [("1000", 1000)]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "abc"),
        ("page", ""),
        ("page", "99999999999999999999"),
        ("page_size", "0"),
        ("page_size", "1001"),
        ("page_size", "x"),
    ],
)
def test_a_page_that_cannot_be_is_refused(api, office, parameter, value):
    response = api.get(URL, {"collection_id": office.pk, parameter: value})

    assert failure(response) == (400, "invalid", parameter)


@pytest.mark.parametrize("parameter", ["ordering", "name", "group_id"])
def test_an_unknown_parameter_is_refused(api, office, parameter):
    response = api.get(URL, {"collection_id": office.pk, parameter: "name"})

    assert failure(response) == (400, "unknown_parameter", parameter)
