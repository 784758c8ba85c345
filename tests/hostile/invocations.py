"""Every subcommand in every form it writes: a test holds that none is forgotten."""

Arguments = tuple[object, ...]

COMMANDS: dict[str, Arguments] = {
    "a bare image": ("IMAGE",),
    "inspect": ("inspect", "IMAGE"),
    "inspect --json": ("inspect", "IMAGE", "--json"),
    "inspect --json --files": ("inspect", "IMAGE", "--json", "--files"),
    "inspect --dockerfile": ("inspect", "IMAGE", "--dockerfile"),
    "inspect --schema": ("inspect", "IMAGE", "--schema"),
    "inspect --format text": ("inspect", "IMAGE", "--format", "text"),
    "inspect --format json": ("inspect", "IMAGE", "--format", "json"),
    "inspect --format dive": ("inspect", "IMAGE", "--format", "dive"),
    "inspect --format TEMPLATE": ("inspect", "IMAGE", "--format", "{{json .}} {{.Tag}} {{.Config.User}} {{.Author}}"),
    "inspect --raw": ("inspect", "IMAGE", "--raw"),
    "inspect --config": ("inspect", "IMAGE", "--config"),
    "tags": ("tags", "IMAGE"),
    "tags --json": ("tags", "IMAGE", "--json"),
    "digest": ("digest", "IMAGE"),
    "digest --config": ("digest", "IMAGE", "--config"),
    "history": ("history", "IMAGE"),
    "history --json": ("history", "IMAGE", "--json"),
    "attestations": ("attestations", "IMAGE"),
    "attestations --packages": ("attestations", "IMAGE", "--packages"),
    "attestations --dockerfile": ("attestations", "IMAGE", "--dockerfile"),
    "attestations --json": ("attestations", "IMAGE", "--json"),
    "signatures": ("signatures", "IMAGE"),
    "signatures --json": ("signatures", "IMAGE", "--json"),
    "ls": ("ls", "IMAGE"),
    "ls -l -R": ("ls", "IMAGE", "-l", "-R"),
    "ls -0": ("ls", "IMAGE", "-0", "-R"),
    "ls, of several": ("ls", "IMAGE", "/*", "/d"),
    "ls -h": ("ls", "IMAGE", "-h", "-R"),
    "ls --tree": ("ls", "IMAGE", "--tree", "-h", "-L", "3"),
    "ls --json": ("ls", "IMAGE", "-R", "--json"),
    "ls --layer": ("ls", "IMAGE", "-l", "-R", "--layer", "2"),
    "which": ("which", "IMAGE", "**"),
    "which --oneline": ("which", "IMAGE", "**", "--oneline"),
    "which --json": ("which", "IMAGE", "d/*", "--json"),
    "find": ("find", "IMAGE", "type:file"),
    "find, contents": ("find", "IMAGE", "text:changed"),
    "find --nested": ("find", "IMAGE", "type:file", "--nested"),
    "find -0": ("find", "IMAGE", "-0", "type:file"),
    "find --json": ("find", "IMAGE", "text:changed", "--json"),
    "waste": ("waste", "IMAGE", "--same-content", "--base", "first"),
    **{f"waste --by {by}": ("waste", "IMAGE", "--by", by, "-n", "1000") for by in ("layer", "directory", "path")},
    **{f"waste --by {by}": ("waste", "IMAGE", "--by", by) for by in ("instruction", "package")},
    "waste --list-secrets": ("waste", "IMAGE", "--list-secrets"),
    "waste --json": ("waste", "IMAGE", "--same-content", "--json"),
    **{
        f"ci --format {name}": ("ci", "IMAGE", "--config", "RULES", "--format", name)
        for name in ("text", "json", "junit", "sarif", "github")
    },
    "blob --force": ("blob", "IMAGE", "BLOB", "--force"),
    "cat": ("cat", "IMAGE", "--", "d/-rf"),
    "file": ("file", "IMAGE", "**"),
    "file --brief": ("file", "IMAGE", "-b", "**"),
    "file --json": ("file", "IMAGE", "--json", "**"),
    "diff, the same": ("diff", "IMAGE", "IMAGE"),
    "diff": ("diff", "IMAGE", "OTHER"),
    "diff --stat": ("diff", "IMAGE", "OTHER", "--stat"),
    "diff --nested": ("diff", "IMAGE", "OTHER", "--nested"),
    "diff --json": ("diff", "IMAGE", "OTHER", "--json"),
    "diff -u": ("diff", "IMAGE", "--layer", "1", "--layer", "2", "-u"),
    "diff, of a path": ("diff", "IMAGE", "--layer", "2", "\x1b[2J\x1b[H"),
    "verify": ("verify", "IMAGE"),
    "verify --quiet": ("verify", "IMAGE", "-q"),
    "verify --json": ("verify", "IMAGE", "--json"),
    "extract": ("extract", "IMAGE", "/", "-o", "TARGET"),
    "extract --layer": ("extract", "IMAGE", "/", "--layer", "1", "-o", "TARGET", "--overwrite"),
    "export": ("export", "IMAGE", "-o", "TARGET.tar"),
    "cache": ("cache",),
    "cache --json": ("cache", "--json"),
    "cache --prune": ("cache", "--prune", "1TB"),
    "demo": ("demo", "--text"),
    **{f"completion {shell}": ("completion", shell) for shell in ("bash", "zsh", "fish")},
    "keys": ("keys",),
    "help": ("help", "inspect"),
}
"""``IMAGE`` is the hostile image, ``OTHER`` one that differs in everything, ``RULES`` a file with rules for `ci`,
``TARGET`` a folder to write into, ``BLOB`` the digest of a layer of the image."""

ERRORS: dict[str, Arguments] = {
    "tag": ("inspect", "IMAGE:WORD"),
    "digest": ("inspect", "IMAGE@WORD"),
    "path": ("cat", "IMAGE", "--", "WORD"),
    "path, of a layer": ("ls", "IMAGE", "--layer", "1", "--", "no/WORD"),
    "path of which": ("which", "IMAGE", "--", "no/WORD"),
    "a folder": ("cat", "IMAGE", "d"),
    "path of file": ("file", "IMAGE", "--", "no/WORD"),
    "path of extract": ("extract", "IMAGE", "-o", "TARGET", "--", "no/WORD"),
    "target of extract": ("extract", "IMAGE", "d", "-o", "RULES/WORD"),
    "address of serve": ("serve", "IMAGE", "--host", "WORD"),
    "target of export": ("export", "IMAGE", "-o", "RULES/WORD"),
    "path of diff, in an archive": ("diff", "IMAGE", "IMAGE", "--", "no!/WORD"),
    "path of diff": ("diff", "IMAGE", "--layer", "1", "--", "no/WORD"),
    "image": ("inspect", "no/WORD"),
    "image beside it": ("inspect", "IMAGE\x1b"),
    "transport": ("inspect", "WORD:x"),
    "transport, nearly": ("inspect", "oci-archve:WORD"),
    "archive": ("inspect", "oci-archive:WORD"),
    "storage": ("inspect", "containers-storage:[vfs@WORD]WORD"),
    "storage, driver": ("inspect", "containers-storage:[WORD@/nowhere]x"),
    "folder": ("inspect", "dir:WORD"),
    "platform": ("inspect", "IMAGE", "--platform", "WORD"),
    "platform, of another": ("inspect", "IMAGE", "--platform", "windows/arm64"),
    "layer": ("ls", "IMAGE", "--layer", "WORD"),
    "blob": ("blob", "IMAGE", "WORD"),
    "template": ("inspect", "IMAGE", "--format", "{{.WORD}}"),
    "option": ("ls", "IMAGE", "--WORD"),
    "argument": ("ls", "IMAGE", "d", "WORD"),
    "choice": ("inspect", "IMAGE", "--format", "WORD"),
    "query": ("find", "IMAGE", "size>WORD"),
    "query, regex": ("find", "IMAGE", "/(WORD/"),
    "query, word": ("find", "IMAGE", "type:WORD"),
    "rules": ("ci", "IMAGE", "--config", "WORD"),
    "rules, value": ("ci", "IMAGE", "--lowestEfficiency", "WORD"),
    "report": ("ci", "IMAGE", "-o", "RULES/WORD"),
    "base": ("waste", "IMAGE", "--base", "no/WORD"),
    "secrets": ("waste", "IMAGE", "--secrets", "no/WORD"),
    "section": ("diff", "IMAGE", "IMAGE", "--only", "WORD"),
    "aspect": ("diff", "IMAGE", "IMAGE", "--ignore", "WORD"),
    "key": ("verify", "IMAGE", "--key", "no/WORD"),
    "certificates": ("verify", "IMAGE", "--notation-cert", "no/WORD"),
    "OpenPGP keys": ("verify", "IMAGE", "--gpg-key", "no/WORD"),
    "roots of trust": (
        *("verify", "IMAGE", "--certificate-identity", "WORD"),
        *("--certificate-oidc-issuer", "WORD", "--trusted-root", "no/WORD"),
    ),
    "image of diff": ("diff", "IMAGE", "no/WORD"),
    "size": ("cache", "--prune", "WORD"),
    "shell": ("completion", "WORD"),
    "help": ("help", "WORD"),
    "option before": ("--WORD",),
    "platform before": ("--platform", "WORD", "ls", "IMAGE"),
}
"""What cannot be done, and quotes what was typed: ``WORD`` is hostile."""

RULES = """
[gate]
lowest-efficiency = 1
highest-wasted-bytes = 1
forbidden-paths = ["/**"]
forbidden-shipped-paths = ["/**"]
required-labels = ["[red]", "l\\u001b[2J=x\\u202e"]
required-user = "\\u001b]0;owned\\u0007"
"""


def filled(arguments: Arguments, **places: object) -> list[str]:
    """The arguments with places and words in them."""
    found = [str(argument) for argument in arguments]
    for name, place in places.items():
        found = [argument.replace(name, str(place)) for argument in found]
    return found
