"""Titles of an artifact's blobs, by which they are pulled and listed."""

from collections.abc import Iterator

from ocitui.display import quote
from ocitui.image.image import file_path
from ocitui.image.node import Node, NodeKind
from ocitui.layers.pathnames import components
from ocitui.spec import clause
from ocitui.spec.problem import Problem, Severity


def title_problems(node: Node) -> Iterator[Problem]:
    """Yield what is odd about the title of a blob of an artifact: that it leads out, or that another one has it."""
    parent = node.parent
    if parent is None or parent.kind is not NodeKind.ARTIFACT or node.number is None or node.descriptor is None:
        return
    title = node.descriptor.title
    if not title:
        return
    parts, climbs = components(title.encode("utf-8", "surrogatepass"))
    path = file_path(node.descriptor)
    shown = f"listed as {quote(path)}" if path == b"/".join(parts) else "listed under its digest"
    what = ""
    if climbs or title.startswith("/"):
        what = "leads out of the folder it is pulled into"
    elif parts and path != b"/".join(parts):
        what = "is called like a whiteout"
    if what:
        yield Problem(f"its title {quote(title)} {what}; {shown}", clause.ANNOTATIONS, Severity.WARNING)
    others = [each for each in parent.children if each.descriptor is not None and each.descriptor.title == title]
    if others and others[-1] is not node and others[-1].number is not None:
        text = f"blob {others[-1].number} of the artifact has the same title, {quote(title)}, and hides it in lists"
        yield Problem(text, clause.ANNOTATIONS, Severity.WARNING)
