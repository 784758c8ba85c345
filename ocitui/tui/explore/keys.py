"""The keys of the panes, and how each of them reads while other things are shown."""

from dataclasses import replace

from ocitui.tui.explore.shown import Shown
from ocitui.tui.files.tree import EntryTree
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.keys import CANCEL, FIND, NEXT_VIEW, VERIFY, Key, Kind

KEYS = (
    Key("1", "pane('image')", "Pane 1, Image: the tree of documents", id="pane-image", kind=Kind.LIST),
    Key("2", "pane('config')", "Pane 2, Config: summary or JSON", id="pane-config", kind=Kind.LIST),
    Key("3", "pane('history')", "Pane 3, History: matched to layers", id="pane-history", kind=Kind.LIST),
    Key("4", "pane('files')", "Pane 4, Files: of one layer, or merged", id="pane-files", kind=Kind.LIST),
    Key("tab", "next_pane(1)", "Next pane", id="next-pane", hint="pane", worth=44, kind=Kind.LIST),
    Key("shift+tab", "next_pane(-1)", "Previous pane", id="previous-pane", kind=Kind.LIST),
    Key("z", "zoom", "Enlarge this pane to the whole screen, or show all", hint="zoom", worth=45),
    NEXT_VIEW,
    *(
        Key(
            key,
            f"toggle_mark('{mark}')",
            f"Merged: show or hide what is {what}",
            id=f"show-{what}",
            hint="filter",
            worth=88,
            section=EntryTree.BINDING_GROUP_TITLE,
        )
        for key, mark, what in (
            ("u", " ", "unchanged"),
            ("plus", "+", "added"),
            ("tilde", "~", "modified"),
            ("minus", "-", "deleted"),
        )
    ),
    Key("left_square_bracket", "step_layer(-1)", "Previous layer", id="previous-layer", hint="layer", worth=46),
    Key("right_square_bracket", "step_layer(1)", "Next layer", id="next-layer", hint="layer", worth=46),
    Key("x", "save", "Save the file or folder", hint="save", worth=60),
    Key("y", "copy", "Copy the digest, path, instruction or value", hint="copy", worth=54),
    Key("v", "toggle_json", "Config: summary or JSON", hint="JSON", worth=58),
    Key("b", "toggle_exact", "Exact or human-readable sizes and times", hint="exact", worth=25),
    CANCEL,
    FIND,
    Key("ctrl+o", "jump", "Go to path (fuzzy)", hint="jump", worth=75, kind=Kind.JOB),
    Key("w", "timeline", "Which layers changed this path, and how", hint="which", worth=90, kind=Kind.JOB),
    Key(
        "W",
        "waste",
        "Waste: bytes stored but not visible in the final image",
        hint="waste",
        worth=85,
        kind=Kind.JOB,
    ),
    Key("B", "sizes", "Disk usage by folder, file or package", hint="sizes", worth=80, kind=Kind.JOB),
    VERIFY,
    Key("D", "compare_images", "Compare with another image or platform", hint="compare", worth=64, kind=Kind.JOB),
    Key("d", "dockerfile", "History as a Dockerfile", hint="Dockerfile", worth=56, kind=Kind.JOB),
    Key("P", "packages", "Packages that the SBOMs of the image list", hint="packages", worth=32, kind=Kind.JOB),
    Key("X", "save_tree", "Save the whole root filesystem", hint="save all", worth=33, kind=Kind.JOB),
)
"""Their statements."""


def adapted_key(key: Key, shown: Shown, panes: Panes, *, is_busy: bool) -> Key:
    """Return a key as it reads at this moment.

    Args:
        key: its statement.
        shown: the image and layer that the panes show.
        panes: the panes.
        is_busy: whether something is verified, or a layer is read.
    """
    is_at_files = panes.current.id == "files"
    filters = is_at_files and not shown.merged.is_alone
    match key.action:
        case "toggle_json" if panes.config.is_json:
            return key.hinted("summary")
        case "next_view":  # the question there is what changed
            return replace(key, hint=shown.merged.next_title, worth=87 if is_at_files else key.worth)
        case action if action.startswith("toggle_mark") and not filters:
            return key.hinted("")
        case "zoom" if panes.is_small:  # each pane has the whole screen there
            return key.hinted("")
        case "zoom" if panes.is_zoomed:
            return replace(key, hint="all panes", worth=95)
        case "zoom" if filters:
            return replace(key, worth=70)
        case "timeline" | "save" if not panes.files.row_count:
            return key.hinted("")
        case "cancel" if not is_busy:
            return key.hinted("")
    return key
