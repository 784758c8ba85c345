"""The settings file: what it changes, and what is said of one that cannot be understood."""

import os
from pathlib import Path

import pytest

from ocitui.config_folder import settings_path
from ocitui.errors import UsageError
from ocitui.image.merged.changes import Mark
from ocitui.tui.key_names import PAGES, key_in_settings, keys_by_page, read_key
from ocitui.tui.page.palette import commands_of
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.settings import DEFAULTS, Settings
from ocitui.tui.settings_file import parse_settings, read_settings
from ocitui.tui.terminal.themes import DARK, LIGHT, OFFERED, first_theme, remember_theme
from tests.tui.explorer import explore, open_layer
from tests.tui.rows.test_keys import classes


def checked(text: str) -> Settings:
    return parse_settings(text, "settings.toml")


def refused(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        checked(text)
    return str(caught.value)


def test_an_empty_file_changes_nothing(config_dir: Path) -> None:
    assert settings_path() == config_dir / "settings.toml"
    assert parse_settings("", "settings.toml") == DEFAULTS
    settings_path().write_text('theme = "nord"\n')
    assert read_settings(settings_path()).theme == "nord"


def test_what_is_no_file_is_not_read(config_dir: Path) -> None:
    os.mkfifo(settings_path())
    with pytest.raises(UsageError, match=r"settings\.toml: not a file"):
        read_settings(settings_path())
    settings_path().unlink()
    settings_path().write_bytes(b"theme = '\xff'")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_settings(settings_path())


def test_everything_that_can_be_set() -> None:
    found = checked(
        'theme = "nord"\nexact = true\nfetch_without_asking = "2 GB"\n'
        '[files]\nmerged = ["added", "deleted"]\nchanges = ["modified"]\n'
        'sort = "size"\ncolumns = ["layer"]\n[keys]\nfind = ["F", "ctrl+f"]\nwaste = "f2"\n'
    )
    assert (found.theme, found.exact, found.fetch_without_asking) == ("nord", True, 2_000_000_000)
    assert (found.files.merged, found.files.changes) == ({Mark.ADDED, Mark.DELETED}, {Mark.MODIFIED})
    assert (found.files.order, found.files.reverse) == ("size", True)
    assert found.files.columns == {"layer"}
    assert found.keys == {"find": ["F", "ctrl+f"], "waste": ["f2"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("theme = ", "settings.toml: not valid TOML: Invalid value (at end of document)"),
        ('them = "nord"', "settings.toml: no key 'them'; did you mean theme?"),
        ('theme = "nrod"', "settings.toml: theme: 'nrod' is unknown; did you mean nord?"),
        ("theme = 3", "settings.toml: theme: must be a string, not 3"),
        ('exact = "yes"', "settings.toml: exact: must be true or false, not 'yes'"),
        ("files = 3", "settings.toml: files: must be a table, not 3"),
        ('[files]\nsort = "age"', "settings.toml: files.sort: 'age' is unknown; known are name, size, time, layer"),
        (
            "[files]\nmerged = []",
            "settings.toml: files.merged: needs at least one of added, ",
        ),
        ('[files]\ncolumns = ["sise"]', "settings.toml: files.columns: 'sise' is unknown; did you mean size?"),
        ('[keys]\nfnid = "F"', "settings.toml: keys: no action 'fnid'; did you mean find?"),
        ("[keys]\nfind = []", "settings.toml: keys.find: needs at least one key"),
        ('[keys]\nfind = "esc"', "settings.toml: keys.find: no key 'esc'; did you mean escape?"),
        ('[keys]\nfind = "ctrl+i"', "settings.toml: keys.find: 'ctrl+i' is the same key as tab to a terminal"),
        ('[keys]\nfind = "shift+a"', "settings.toml: keys.find: no key 'shift+a'"),
        ('[keys]\nfind = "ctrl+q"', "settings.toml: keys.find: 'ctrl+q' always quits"),
        ('[keys]\nfind = "W"', "settings.toml: keys: find and waste have the same key, W"),
        ('[keys]\nfind = "B"\nsizes = "f"\nwaste = "f"', "settings.toml: keys: waste and sizes have the same key, f"),
        ('[keys]\nsort = "?"', "settings.toml: keys: sort and help have the same key, ?"),
        (
            '[keys]\ncancel = "c"',
            "settings.toml: keys.cancel: needs a key that types nothing, for where text is typed",
        ),
    ],
)
def test_what_cannot_be_understood_is_said(text: str, message: str) -> None:
    said = refused(text)
    assert said.startswith(message)


def test_keys_may_be_swapped_and_shared_as_they_are_by_default() -> None:
    assert checked('[keys]\nfind = "W"\nwaste = "f"').keys == {"find": ["W"], "waste": ["f"]}
    assert checked('[keys]\nback = "f9"\ncancel = "f9"\nend-search = "f9"').keys["back"] == ["f9"]
    assert checked('[keys]\ndiff = "f"').keys == {"diff": ["f"]}, "the page that has it has no find"


def test_the_keys_of_every_class_have_names_with_one_default_each() -> None:
    known = {key.name: key.keys for keys in keys_by_page().values() for key in keys}
    stated = [key for source in classes() for key in source.__dict__.get("BINDINGS", ()) if isinstance(key, Key)]
    assert len(stated) > 100
    for key in stated:
        assert known[key.name] == key.keys, key.name
    for name, keys in known.items():
        assert [read_key(key_in_settings(key), name) for key in keys] == keys


def test_by_default_no_page_has_a_key_twice_unless_it_tells_the_two_apart() -> None:
    """The pairs of names that share a key on purpose; any other would hide one of the two."""
    shared = set()
    for page in PAGES:
        for chain in page.chains():
            for one in chain:
                for other in chain:
                    if one.name < other.name and set(one.keys) & set(other.keys):
                        shared.add((one.name, other.name))
    assert shared <= {
        ("back", "cancel"),
        ("back", "close"),
        ("back", "end-search"),
        ("back", "quit"),
        ("cancel", "end-search"),
        ("close", "quit"),
        ("collapse", "folder-above"),
        ("complete", "next-pane"),
        ("cursor-down", "prompt-down"),
        ("cursor-up", "keep-existing"),
        ("cursor-up", "prompt-up"),
        ("find", "query"),
        ("fold-json", "show-deleted"),
        ("query", "search"),
        ("read-again", "verify-again"),
        ("show-added", "unfold-json"),
        ("timeline", "wrap"),
    }, shared


@pytest.mark.slow
async def test_other_keys_are_said_wherever_keys_are(demo_layout: Path) -> None:
    settings = checked('[keys]\nfind = ["F", "f2"]\nwaste = "f3"\nread-again = "f5"\nback = "f9"\nhelp = "H"\n')
    async with explore(demo_layout, settings=settings) as screen:

        def footer() -> str:
            return screen.app.screen.query_one(KeysBar).render_line(0).text

        assert " F find" in footer()
        assert " f3 waste" in footer()
        assert " H help" in footer()
        commands = {command.title: command.keys for command in commands_of(screen.app.screen)}
        assert commands["Find in all layers: paths, sizes, types, contents"] == "F f2"
        await screen.press("W")
        assert screen.app.screen is screen.app.explore, "the former key does nothing any more"
        await screen.press("f3")
        assert screen.app.screen.BINDING_GROUP_TITLE == "Waste"
        assert " f9 back" in footer()
        await screen.press("escape")
        assert screen.app.screen.BINDING_GROUP_TITLE == "Waste"
        await screen.press("f3")
        assert screen.app.screen is screen.app.explore, "what opens the page closes it"
        await screen.press("H")
        help_lines = screen.app.screen.focused
        assert help_lines is not None
        assert any("F f2" in help_lines.row_text(n) for n in range(help_lines.row_count))  # type: ignore[attr-defined]


@pytest.mark.slow
async def test_a_search_is_ended_by_its_own_keys(demo_layout: Path) -> None:
    async with explore(demo_layout, settings=checked('[keys]\nend-search = "f9"\nchoose = "f8"\n')) as screen:
        await screen.press("3", "slash", "R", "f8")
        assert screen.history.search.query is not None
        assert not screen.history.search.is_typed
        await screen.press("slash", "U", "f9")
        assert not screen.history.search.is_typed


@pytest.mark.slow
async def test_the_files_pane_is_as_it_was_set(demo_layout: Path) -> None:
    settings = checked('exact = true\n[files]\nchanges = ["deleted"]\nsort = "size"\ncolumns = ["size"]\n')
    async with explore(demo_layout, settings=settings) as screen:
        await open_layer(screen, 5)
        header = "".join(text for text, _ in screen.files.header_parts(110) or ())
        assert header.split() == ["size", "↓", "name"]
        assert screen.history.is_exact
        await screen.press("m", "m")
        assert "only -" in "".join(text for text, _ in screen.app.explore.shown.merged.parts())


@pytest.mark.slow
async def test_a_theme_that_was_chosen_is_there_the_next_time(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        assert screen.app.theme == DARK.name
        await screen.press("t")
        assert set(screen.app.available_themes) == set(OFFERED)
    async with explore(demo_layout, (80, 24)) as screen:
        assert screen.app.theme == LIGHT.name
    async with explore(demo_layout, (80, 24), settings=Settings(theme="nord")) as screen:
        assert screen.app.theme == "nord"


def test_what_the_theme_is_taken_from(monkeypatch: pytest.MonkeyPatch, state_dir: Path) -> None:
    assert first_theme() == DARK.name
    remember_theme("gruvbox")
    assert first_theme() == "gruvbox"
    assert first_theme("nord") == "nord"
    monkeypatch.setenv("NO_COLOR", "1")
    assert first_theme("nord") == "ansi-dark", "colours that nobody wants"
    assert first_theme("ansi-light") == "ansi-light"
    monkeypatch.setenv("OCITUI_THEME", "dracula")
    assert first_theme("nord") == "dracula"
    monkeypatch.setenv("OCITUI_THEME", "draculla")
    with pytest.raises(UsageError, match=r"^OCITUI_THEME: 'draculla' is unknown; did you mean dracula\?$"):
        first_theme()
    monkeypatch.delenv("OCITUI_THEME")
    monkeypatch.delenv("NO_COLOR")
    (state_dir / "theme").write_bytes(b"\xffnone of ours")
    assert first_theme() == DARK.name
