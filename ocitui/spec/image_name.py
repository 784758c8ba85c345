"""Names of images as people and engines write them: ``nginx`` is ``docker.io/library/nginx:latest``.

Implements the rules of the distribution project's reference package, which Docker, podman
and containerd share.
"""

_DEFAULT_DOMAIN = "docker.io"
_OLD_DOMAIN = "index.docker.io"
_OFFICIAL = "library"
_DEFAULT_TAG = "latest"


def whole_name(name: str) -> str:
    """A name with the registry, the folder and the tag that it leaves out."""
    repository, _, digest = name.partition("@")
    slash = repository.rfind("/")
    path, colon, tag = repository.partition(":") if slash < 0 else _split_tag(repository, slash)
    first, has_slash, rest = path.partition("/")
    if not has_slash or not ("." in first or ":" in first or first == "localhost"):
        domain, rest = _DEFAULT_DOMAIN, path
    else:
        domain = _DEFAULT_DOMAIN if first == _OLD_DOMAIN else first
    if domain == _DEFAULT_DOMAIN and "/" not in rest:
        rest = f"{_OFFICIAL}/{rest}"
    if digest:
        return f"{domain}/{rest}@{digest}"
    return f"{domain}/{rest}:{tag if colon else _DEFAULT_TAG}"


def short_name(name: str) -> str:
    """A name as people say it: without the registry and the folder that are meant where none is given."""
    whole = whole_name(name)
    for left_out in (f"{_DEFAULT_DOMAIN}/{_OFFICIAL}/", f"{_DEFAULT_DOMAIN}/", "localhost/"):
        if whole.startswith(left_out):
            return whole.removeprefix(left_out)
    return whole


def _split_tag(repository: str, slash: int) -> tuple[str, str, str]:
    head, last = repository[: slash + 1], repository[slash + 1 :]
    name, colon, tag = last.partition(":")
    return head + name, colon, tag
