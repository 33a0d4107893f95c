from context.section import Section


def test_the_sections_are_these_and_each_is_described_to_the_customer():
    assert [section.value for section in Section] == ["topics", "sentiment", "network", "rhythm"]
    for section in Section:
        assert "you" in section.description
        assert section.description.endswith(".")
        assert len(section.description) < 100
