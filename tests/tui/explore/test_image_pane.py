"""What nodes are called in the tree of documents."""

from pathlib import Path

from ocitui.demo.layout import LayoutWriter
from ocitui.image.documents.tree import build_tree
from ocitui.image.words import short_node_label
from ocitui.transports.layout import Layout


def test_artifacts_of_one_type_are_told_apart_by_their_tags(tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    config = writer.blob("application/vnd.cncf.helm.config.v1+json", b"{}")
    tags = [{"org.opencontainers.image.ref.name": tag} for tag in ("0.1.0", "0.2.0")]
    writer.finish([writer.manifest(config, [], {}, annotations=tag) for tag in tags])
    top = build_tree(Layout.open(tmp_path))
    assert [short_node_label(node) for node in top.children] == [
        "0.1.0  Helm chart",
        "0.2.0  Helm chart",
    ]
