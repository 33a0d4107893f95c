import pytest

from context.firewall import covers, is_sensitive, lexicon

CATEGORIES = [
    ("health", "the chemo starts on Monday"),
    ("health", "My DEPRESSION is back"),
    ("health", "#anxiety all day"),
    ("health", "she is pregnant!"),
    ("sex life", "she came out to her parents as lesbian"),
    ("religion", "praying at the mosque this evening"),
    ("ethnicity", "as an immigrant in this town"),
    ("politics", "I will vote Labour Party again"),
    ("union", "our union called a strike ballot"),
    ("crime", "he was arrested for fraud"),
    ("finances", "I can\u2019t afford the rent, bailiffs tomorrow"),
    ("minors", "my daughter starts school"),
]


@pytest.mark.parametrize(("category", "text"), CATEGORIES)
def test_sensitive_posts_are_recognised(category, text):
    assert category.split()[0] in " ".join(lexicon())
    assert is_sensitive(text)


@pytest.mark.parametrize(
    "text",
    [
        "sick of waiting for the engineer",
        "oh my god the garden looks great",
        "the new album is killing it",
        "my phone died on the train",
        "what a steal, half price tickets",
        "birthday party at the lake",
        "a general problem with the router",
        "the boiler groans like a dying whale",
        "this cold kills my bread too",
        "frost killed the geraniums",
        "the noise died down and then the heating died",
        "",
    ],
)
def test_everyday_idioms_pass(text):
    assert not is_sensitive(text)


def test_an_idiom_does_not_hide_what_stands_beside_it():
    assert is_sensitive("sick of this chemo")
    assert is_sensitive("the printer died on the day my uncle died")
    assert is_sensitive("this cold kills old people")


def test_sensitive_words_are_covered_one_by_one():
    assert covers("cancers")
    assert covers("diagnosed")
    assert not covers("broadband")
    assert covers("insulin")
