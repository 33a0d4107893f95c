"""What the document shows of an answer is an answer."""

from pydantic import TypeAdapter

from app.api.v1.examples import CONTEXT
from app.api.v1.models import ContextAnswer
from context.section import Section


def test_the_example_is_an_answer_to_the_letter():
    answer = ContextAnswer.model_validate(CONTEXT)
    assert TypeAdapter(dict).validate_json(answer.model_dump_json(exclude_unset=True)) == CONTEXT
    assert set(CONTEXT["sections"]) == set(Section)
