from context.section import Section

NAMES = "topics sentiment emotions intents conversations network relationship rhythm reach"


def test_the_sections_are_these_and_each_is_described_to_the_customer():
    assert " ".join(Section) == NAMES
    for section in Section:
        assert "you" in section.description
        assert section.description.endswith(".")
        assert len(section.description) < 100
