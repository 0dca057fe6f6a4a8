"""Which answers are kept, and which of them are given again."""

import time

from skillmeat_site.api.kept_answers import Answer, KeptAnswers

ROOM = 10_000


def answer(key: str = "key", body: bytes = b"{}", state: str = "state") -> Answer:
    return Answer(key, body, '"etag"', state, time.monotonic())


def test_an_answer_is_good_in_the_state_that_it_was_read_in():
    answers = KeptAnswers(ROOM)
    kept = answer()
    assert answers.find("key", "state") is None
    answers.keep(kept)
    assert answers.find("key", "state") is kept


def test_an_answer_from_before_a_state_was_seen_is_not_good_in_it():
    answers = KeptAnswers(ROOM)
    answers.keep(answer(state="old"))
    assert answers.find("key", "new") is None
    assert answers.find("key", "new") is None


def test_an_answer_that_was_read_by_another_connection_is_good_if_nothing_has_changed_since():
    answers = KeptAnswers(ROOM)
    assert answers.find("key", "as one counts") is None
    kept = answer(state="as another one counts")
    answers.keep(kept)
    assert answers.find("key", "as one counts") is kept


def test_an_answer_that_took_long_is_as_old_as_its_beginning():
    answers = KeptAnswers(ROOM)
    slow = answer(state="before a write")
    answers.find("key", "after it")
    answers.keep(slow)
    assert answers.find("key", "after it") is None


def test_a_newer_answer_takes_the_place_of_the_one_before():
    answers = KeptAnswers(ROOM)
    answers.keep(answer(state="old"))
    newer = answer()
    answers.keep(newer)
    assert answers.find("key", "state") is newer


def test_those_asked_for_least_recently_make_room():
    answers = KeptAnswers(2 * answer("a").size)
    answers.keep(answer("a"))
    answers.keep(answer("b"))
    answers.find("a", "state")
    answers.keep(answer("c"))
    assert [key for key in "abc" if answers.find(key, "state")] == ["a", "c"]


def test_a_long_url_takes_room_too():
    answers = KeptAnswers(ROOM)
    long = ["a" * 8_000, "b" * 8_000]
    for key in long:
        answers.keep(answer(key))
    assert [key for key in long if answers.find(key, "state")] == [long[1]]


def test_an_answer_larger_than_all_may_be_together_is_not_kept():
    answers = KeptAnswers(ROOM)
    answers.keep(answer("key", b"x" * ROOM))
    assert answers.find("key", "state") is None


def test_where_nothing_is_kept_nobody_waits_for_another():
    answers = KeptAnswers(0)

    def make() -> Answer:
        # Another request for the same, while the first is still being answered.
        assert answers.find_or_make("key", "state", answer) is not None
        return answer()

    assert answers.find_or_make("key", "state", make) is not None
    assert answers.find("key", "state") is None
