"""Which answers are kept, and which of them are given again."""

import time

from skillmeat_site.common.kept_answers import Answer, KeptAnswers


def answer(body: bytes = b"{}") -> Answer:
    return Answer(body, '"etag"', time.monotonic())


def test_an_answer_is_good_in_the_state_in_which_it_was_begun():
    answers = KeptAnswers(100)
    assert answers.find("key", "state") is None
    kept = answer()
    answers.keep("key", kept)
    assert answers.find("key", "state") is kept


def test_an_answer_from_before_a_state_was_seen_is_not_good_in_it():
    answers = KeptAnswers(100)
    answers.find("key", "old")
    answers.keep("key", answer())
    assert answers.find("key", "new") is None
    assert answers.find("key", "new") is None


def test_an_answer_that_was_begun_by_one_who_saw_another_state_is_good_if_nothing_has_changed_since():
    answers = KeptAnswers(100)
    answers.find("key", "as one connection counts")
    answers.find("key", "as another one counts")
    kept = answer()
    answers.keep("key", kept)
    assert answers.find("key", "as one connection counts") is kept
    assert answers.find("key", "as another one counts") is kept


def test_an_answer_that_took_long_is_as_old_as_its_beginning():
    answers = KeptAnswers(100)
    slow = answer()
    answers.find("key", "after a write")
    answers.keep("key", slow)
    assert answers.find("key", "after a write") is None


def test_those_asked_for_least_recently_make_room():
    answers = KeptAnswers(5)
    answers.find("any", "state")
    answers.keep("a", answer(b"{}"))
    answers.keep("b", answer(b"{}"))
    answers.find("a", "state")
    answers.keep("c", answer(b"{}"))
    assert [key for key in "abc" if answers.find(key, "state")] == ["a", "c"]


def test_an_answer_larger_than_all_may_be_together_is_not_kept():
    answers = KeptAnswers(5)
    answers.find("key", "state")
    answers.keep("key", answer(b"[1, 2]"))
    assert answers.find("key", "state") is None
