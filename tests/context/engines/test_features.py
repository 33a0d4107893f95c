import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from context.engines.features import (
    CHARACTER_COLUMNS,
    WORD_COLUMNS,
    character_features,
    features,
    mark_negation,
    weigh,
    word_features,
)
from context.text import shorten_elongation

texts = st.lists(st.text(max_size=60), max_size=6)


def test_negation_marks_up_to_a_stop_or_a_but():
    assert mark_negation(["not", "good", "but", "cheap"]) == ["not", "not_good", "but", "cheap"]
    assert mark_negation(["don't", "a", "b", "c", "d", "e"]) == [
        "don't",
        "not_a",
        "not_b",
        "not_c",
        "not_d",
        "e",
    ]
    assert mark_negation(["never", ".", "good"]) == ["never", ".", "good"]


def test_character_runs_are_those_of_scikit_learn():
    texts = ["hello wide world", "a bb ccc", "ünï 😀 x"]
    ours = character_features(texts)
    theirs = CountVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), token_pattern=None
    ).fit_transform([shorten_elongation(text) for text in texts])
    # scikit-learn also repeats words shorter than the run once; ours counts each run once
    assert (np.diff(ours.indptr) >= 0.8 * np.diff(theirs.indptr)).all()
    assert (np.diff(ours.indptr) <= np.diff(theirs.indptr)).all()


def test_words_one_and_two_at_a_time():
    found = word_features(["red car", "red car red car", ""])
    assert np.diff(found.indptr).tolist() == [3, 4, 0]
    assert found[1].sum() == 7


def test_rows_do_not_depend_on_their_neighbours():
    alone = [block[0] for block in features(["the red car"])]
    among = [block[1] for block in features(["before it", "the red car", "after it"])]
    for one, other in zip(alone, among, strict=True):
        assert (one != other).nnz == 0


@given(texts)
def test_any_text_has_features(found):
    words, characters = features(found)
    assert words.shape == (len(found), WORD_COLUMNS)
    assert characters.shape == (len(found), CHARACTER_COLUMNS)
    assert (words.data > 0).all()


@given(texts)
def test_weighed_rows_have_unit_length_or_none(found):
    counts = word_features(found)
    weighed = weigh(counts, np.ones(WORD_COLUMNS, np.float32))
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    assert np.allclose(lengths[np.diff(counts.indptr) > 0], 1, atol=1e-5)


def test_unweighted_columns_count_for_nothing():
    weighed = weigh(word_features(["red car"]), np.zeros(WORD_COLUMNS, np.float32))
    assert not weighed.data.any()
