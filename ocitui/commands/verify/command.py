"""``ocitui verify``: whether an image, or everything in a place, is what it says it is."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from ocitui.commands.arguments import (
    chosen_platform,
    color_option,
    image_argument,
    json_option,
    platform_option,
    registry_options,
)
from ocitui.commands.opened.choice import take_image
from ocitui.commands.opened.layer_index import layer_cache
from ocitui.commands.opened.place import Place, report
from ocitui.commands.opened.registry import asked_to_fetch, is_remote
from ocitui.commands.output import terminal
from ocitui.commands.output.json import write_json
from ocitui.commands.status_line import StatusLine
from ocitui.commands.verify.text import describe_report, summary_line
from ocitui.errors import UsageError
from ocitui.image.node import Node
from ocitui.image.verify.blob_report import BlobReport, in_order
from ocitui.spec.digest import Digest
from ocitui.spec.platform import Platform
from ocitui.spec.problem import Problem, Severity

if TYPE_CHECKING:
    from ocitui.image.signatures.policy import Check

FILE = click.Path(path_type=Path)


@click.command()
@image_argument
@platform_option
@color_option
@json_option
@click.option("--quiet", "-q", is_flag=True, help="Print nothing: the exit code is the answer.")
@click.option("--sparse", is_flag=True, help="Allow layers, and platforms that an index lists, to be missing.")
@click.option("--key", metavar="FILE", type=FILE, help="Require a signature of cosign by this public key.")
@click.option(
    "--notation-cert", metavar="FILE", type=FILE, help="Require a signature of notation that leads to this certificate."
)
@click.option("--gpg-key", metavar="FILE", type=FILE, help="Require an OpenPGP signature by a public key in this file.")
@click.option("--certificate-identity", metavar="NAME", help="Require a keyless signature by exactly this identity.")
@click.option("--certificate-oidc-issuer", metavar="URL", help="The provider that vouches for the identity.")
@click.option("--trusted-root", metavar="FILE", type=FILE, help="The roots of trust (trusted_root.json).")
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    platform: Platform | None,
    as_json: bool,
    quiet: bool,
    sparse: bool,
    key: Path | None,
    notation_cert: Path | None,
    gpg_key: Path | None,
    certificate_identity: str | None,
    certificate_oidc_issuer: str | None,
    trusted_root: Path | None,
) -> int:
    """Say whether everything is intact.

    Reads every blob once and checks it against its digest and size, every layer against
    its diff ID, the documents against each other and against what they point to, and
    looks for blobs that are missing, blobs that nothing names, and tar entries that would
    be refused when the layer is unpacked. Each finding has its clause of the
    specification. Of an image in a registry everything is fetched; else no network is needed.

    Where a finding says what other programs do with an entry, this was seen with umoci
    0.4.7, containerd 1.6.20 with overlayfs, and buildah 1.28.2, whose containers/storage
    1.43 has the drivers vfs and overlay; --json has these as `seenWith`. Docker's limit of
    layers is from its source (since 1.10). Other versions may differ.

    --key checks the signatures of cosign (sha256-….sig and .att, Sigstore bundles): one by
    this key must be of the image, or of the index that it is in. Attestations are checked
    too, and do not count as signatures. Nobody is asked; a transparency log is not checked.

    --certificate-identity, --certificate-oidc-issuer and --trusted-root check keyless
    signatures (Sigstore bundles, and cosign's with the promise of the log in annotations),
    with their entries in the log, against the roots of trust in the file alone, as of the
    time when they were made.

    --notation-cert checks the signatures of notation (JWS, COSE): one must lead to this
    certificate (of an authority, or of the signer), be valid now, and be of the image. Whether
    a certificate was revoked is not asked, and timestamps are not checked.

    --gpg-key checks the OpenPGP signatures of skopeo and podman, which are in files beside the
    image or in a lookaside folder of this machine: one must be by a key of the file that is
    neither expired nor revoked, of the image, and for the name by which it was opened, where it
    was opened by one (docker://).

    Without a tag, a digest and --platform, everything in the place is verified.

    Exits with 0 where all is intact (warnings and notes may be printed), with 1 where
    anything is wrong, and with 2 where a blob could not be read for a reason of this
    machine.
    """
    from ocitui.image.verify.verification import Verification

    platform = chosen_platform(context, platform)
    checks = [*_checks(key, notation_cert, gpg_key)]
    checks += _keyless(certificate_identity, certificate_oidc_issuer, trusted_root)
    begin = monotonic()
    place = Place.open(image, platform, is_whole=platform is None, has_referrers=bool(checks))
    start = take_image(place, platform).node if platform is not None else place.start
    findings = _check(place, start, checks)
    reports: list[BlobReport] = []
    with StatusLine() as line:
        verification = Verification(
            place.transport,
            place.top,
            start,
            layer_cache(),
            is_sparse=sparse,
            findings=findings,
            on_progress=lambda done, size: line.show("blobs", done, size),
        )
        with asked_to_fetch(verification.size if is_remote(image) else 0), closing(verification.reports()) as found:
            for each in in_order(found, verification.order):
                reports.append(each)
                if not (as_json or quiet):
                    line.clear()
                    for text in describe_report(each):
                        terminal.write_line(text)
    seconds = monotonic() - begin
    if as_json:
        from ocitui.commands.verify.json import reports_object

        write_json(reports_object(place, start, reports, seconds))
    elif not quiet:
        terminal.write_line(summary_line(reports, seconds))
    code = exit_code(reports)
    if code == 1 and not quiet:  # what cannot be read at all is said by then
        report(place.workaround)
    return code


def _checks(key: Path | None, notation_cert: Path | None, gpg_key: Path | None) -> "list[Check]":
    """Return the checks of signatures that are asked for, or raise `UsageError`."""
    checks: list[Check] = []
    if key is not None:
        from ocitui.image.signatures.keys import KeyCheck

        checks.append(KeyCheck(key))
    if notation_cert is not None:
        from ocitui.image.signatures.notary import NotationCheck

        checks.append(NotationCheck(notation_cert))
    if gpg_key is not None:
        from ocitui.image.signatures.openpgp_keys import OpenPgpCheck

        checks.append(OpenPgpCheck(gpg_key))
    return checks


def _keyless(identity: str | None, issuer: str | None, root: Path | None) -> "list[Check]":
    """The same of keyless signatures: all three or none."""
    given = (identity, issuer, root)
    if not any(given):
        return []
    if identity is None or issuer is None or root is None:
        raise UsageError("--certificate-identity, --certificate-oidc-issuer and --trusted-root go together")
    from ocitui.image.signatures.identity import IdentityCheck

    return [IdentityCheck(identity, issuer, root)]


def _check(place: Place, start: Node, checks: "Sequence[Check]") -> Mapping[Digest, Sequence[Problem]]:
    if not checks:
        return {}
    from ocitui.image.signatures.policy import check_signatures

    return check_signatures(start, place.transport, checks, is_unlisted=bool(place.unlisted))


def exit_code(reports: list[BlobReport]) -> int:
    """1 where anything is wrong, else 2 where something could not be read, which is said on standard error."""
    problems = [(each, problem) for each in reports for problem in each.problems]
    if any(problem.severity is Severity.ERROR for _, problem in problems):
        return 1
    return report(f"{each.title}: {problem}" for each, problem in problems if problem.severity is Severity.UNREAD)
