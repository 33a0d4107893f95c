"""A blog linked through the pages, with the real use cases and a blog on loopback."""

import html
import re

from app.main import create_app
from app.wiring import build
from tests.app.portal.conftest import Portal, settings_for
from tests.support.blog import blog_at


async def test_she_links_her_blog_and_sees_it_read(tmp_path, sqlite_template, clock):
    path = tmp_path / "milieu.db"
    path.write_bytes(sqlite_template)
    with blog_at(clock) as blog:
        blog.wrote("I love this", days=1)
        settings = settings_for(path).model_copy(
            update={"outbound_exceptions": frozenset({blog.host})}
        )
        runtime = build(settings, clock)
        portal = Portal(create_app(runtime), clock)
        mira = await portal.signed_in()
        page = await mira.get("/connections")
        form = next(form for form in page.forms if ("provider", "feeds") in form.fields)
        proof = await mira.follow(await mira.submit(form, address=blog.url))
        [tag] = re.findall(r"<code>(&lt;meta .*)</code>", proof.html)

        checked = await mira.submit(proof.form("/connections/proofs/"))
        assert checked.status == 422
        assert "neither the tag in its head nor the link" in checked.text

        blog.head = html.unescape(tag)
        linked = await mira.follow(await mira.submit(checked.form("/connections/proofs/")))
        assert "Linked." in linked.text
        assert blog.host in linked.text
        [connection_id] = await portal.services.refresh.due(9)
        await portal.services.refresh.refresh(connection_id)
        assert "Active" in (await mira.get("/connections")).text

        gone = await mira.follow(
            await mira.submit((await mira.get("/connections")).form("/unlink"))
        )
        assert "is deleted." in gone.text
        await runtime.close()
