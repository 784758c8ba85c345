"""``ocitui signatures``: who signed an image, what of it, and when."""

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
from ocitui.commands.opened.place import Place, remark, report
from ocitui.commands.output import terminal
from ocitui.commands.output.facts import section_lines
from ocitui.image.documents.signed import describe_signature
from ocitui.image.signatures.find import signatures_of
from ocitui.spec.platform import Platform


@click.command()
@image_argument
@platform_option
@color_option
@json_option
@registry_options
@click.pass_context
def command(context: click.Context, image: str, platform: Platform | None, as_json: bool) -> int:
    """Print who claims to have signed an image: the key or the identity of the certificate,
    for how long that is valid, the entry of the transparency log, and what is signed.

    They are cosign's (sha256-….sig and .att, Sigstore bundles), notation's, and those of
    simple signing, which skopeo and podman keep in files beside an image or in a lookaside
    folder. A registry is asked for its referrers and for cosign's tags; no other server is.

    Nothing is checked here, so anybody may have written it: `ocitui verify` checks with
    --key, --certificate-identity, --notation-cert or --gpg-key.

    Exits with 1 where there is none, and with 2 where one cannot be read or is of another image.
    """
    platform = chosen_platform(context, platform)
    place = Place.open(image, platform, has_referrers=True)
    chosen = take_image(place, platform)
    found = list(signatures_of(chosen.node, place.transport))
    if as_json:
        from ocitui.commands.signatures.json import write_signatures

        write_signatures(place, chosen, found)
    else:
        width = terminal.terminal_width()
        for number, section in enumerate(map(describe_signature, found)):
            lines = section_lines(section, width)
            if number == 0:
                next(lines, None)  # the blank line before it
            for line in lines:
                terminal.write_line(line)
        if not found and not place.unlisted:
            remark("no signatures found")
    wrong = [f"{each.title}: {each.mismatch}" for each in found if each.mismatch]
    wrong += [text for each in found for text in each.problems]
    return report(wrong) or (2 if place.unlisted else 0 if found else 1)
