import numpy as np
import pytest

from context.artefacts import ModelError, write_arrays
from context.firewall import covers
from context.vocabulary import VOCABULARY, load_vocabulary


@pytest.fixture(scope="module")
def vocabulary():
    return load_vocabulary()


@pytest.mark.parametrize("word", ["broadband", "garden", "router", "outage", "phone"])
def test_everyday_words_may_be_kept(vocabulary, word):
    assert vocabulary.term(word) == word


@pytest.mark.parametrize(
    ("form", "term"), [("phones", "phone"), ("cities", "city"), ("boxes", "box"), ("news", "news")]
)
def test_plurals_are_kept_as_singulars(vocabulary, form, term):
    assert vocabulary.term(form) == term


@pytest.mark.parametrize(
    "word",
    ["ingrid", "rose", "zyxwmarker", "01512345", "insulin", "the", "Garden", "monday", "", "a b"],
)
def test_names_unknown_sensitive_and_empty_words_may_not(vocabulary, word):
    assert vocabulary.term(word) is None


def test_no_sensitive_word_can_become_a_term(vocabulary):
    kept = [w for w in vocabulary.frequencies if vocabulary.term(w) and covers(w)]
    assert not kept


def test_rare_words_tell_more(vocabulary):
    assert vocabulary.rarity("broadband") > vocabulary.rarity("phone") > vocabulary.rarity("the")


def test_english_is_known_even_where_it_may_not_be_kept(vocabulary):
    assert vocabulary.knows("the")
    assert vocabulary.knows("phones")
    assert not vocabulary.knows("zyxwmarker")


def test_another_version_is_refused(tmp_path):
    write_arrays(tmp_path / VOCABULARY, {"words": np.zeros(1, np.uint8)})
    with pytest.raises(ModelError, match="another version"):
        load_vocabulary(tmp_path)
