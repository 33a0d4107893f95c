import pytest

from context.training.labelled import DataError
from context.training.words import build_vocabulary, read_words
from context.vocabulary import load_vocabulary

LIST = """garden gardens city cities box boxes Paul x-ray rose cancer today bakes foundation ox
bake baked repair repaired hop hopped seed""".replace(" ", "\n")


@pytest.fixture
def vocabulary(tmp_path):
    (tmp_path / "list").write_text(LIST, "utf-8")
    texts = ["the garden and the gardens", "a city of gardens", *["we met Foundation there"] * 6]
    steps = []
    number = build_vocabulary(
        texts, tmp_path, lambda *step: steps.append(step), [tmp_path / "list"]
    )
    found = load_vocabulary(tmp_path)
    assert number == len(found.frequencies)
    assert [part for _, part in steps][-1] == 1.0
    return found


def test_dictionary_words_in_lower_case_are_kept_once(vocabulary):
    assert {vocabulary.term(w) for w in ("garden", "gardens")} == {"garden"}
    assert {vocabulary.term(w) for w in ("city", "cities", "box", "boxes")} == {"city", "box"}
    assert vocabulary.frequencies["garden"] == 3
    assert vocabulary.texts == 8


UNWANTED = "paul Paul x-ray rose cancer foundation ox today the repaired baked hopped"


@pytest.mark.parametrize("word", UNWANTED.split())
def test_names_short_sensitive_and_quiet_words_are_not(vocabulary, word):
    assert vocabulary.term(word) is None


def test_things_that_look_like_pasts_are(vocabulary):
    assert vocabulary.term("seed") == "seed"


def test_everyday_words_that_lists_lack_are_added(vocabulary):
    assert vocabulary.term("router") == "router"


def test_hand_kept_lists_have_no_comments_and_do_not_overlap_with_everyday_words():
    names, quiet, everyday = (read_words(f"{n}.txt") for n in ("names", "quiet", "everyday"))
    assert all(word.isalpha() and word.islower() for word in names | quiet | everyday)
    assert not everyday & (names | quiet)


def test_a_missing_word_list_is_told(tmp_path):
    with pytest.raises(DataError, match="wamerican"):
        build_vocabulary([], tmp_path, lambda *_: None, [tmp_path / "none"])
