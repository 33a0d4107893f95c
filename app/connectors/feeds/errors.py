"""What she can mend herself while she links a blog."""

from app.errors import Invalid


class NotABlog(Invalid):
    """What she typed leads to no blog that can be linked."""

    code = "not_a_blog"
    title = "This is not a blog that can be linked"


class NotProved(Invalid):
    """The page does not show that it is hers."""

    code = "not_proved"
    title = "The page does not show that it is yours"
