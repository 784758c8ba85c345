"""Tars in layers: as layers themselves are read, with whiteouts as the files that they are."""

from ocitui.layers.nested.data import Data
from ocitui.layers.nested.format import Plain
from ocitui.layers.nested.members import Members
from ocitui.layers.summary import Findings
from ocitui.layers.tar.feed import feed_headers
from ocitui.layers.tar.scanner import TarScanner


def read_tar(data: Data, members: Members) -> Plain:
    """Read the headers of a tar; what comes before a damage is listed, and the damage is a problem."""
    findings = Findings()
    scanner = TarScanner(members, findings)
    for _ in feed_headers(scanner, data.read, data.size):
        pass
    scanner.finish()
    members.problems += [damage.message.replace("the layer", "the archive") for damage in findings.damages]
    return Plain("tar", data)
