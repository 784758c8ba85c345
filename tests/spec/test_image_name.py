"""Names of images, as people and engines write them."""

import pytest

from ocitui.spec.image_name import short_name, whole_name

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("name", "whole", "short"),
    [
        ("nginx", "docker.io/library/nginx:latest", "nginx:latest"),
        ("nginx:1.2", "docker.io/library/nginx:1.2", "nginx:1.2"),
        ("library/nginx", "docker.io/library/nginx:latest", "nginx:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest", "nginx:latest"),
        ("index.docker.io/library/nginx", "docker.io/library/nginx:latest", "nginx:latest"),
        ("me/app:v1", "docker.io/me/app:v1", "me/app:v1"),
        ("localhost/app", "localhost/app:latest", "app:latest"),
        ("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"),
        ("quay.io/a/b/c:1", "quay.io/a/b/c:1", "quay.io/a/b/c:1"),
        (f"nginx@{DIGEST}", f"docker.io/library/nginx@{DIGEST}", f"nginx@{DIGEST}"),
        (f"nginx:1@{DIGEST}", f"docker.io/library/nginx@{DIGEST}", f"nginx@{DIGEST}"),
    ],
)
def test_names(name: str, whole: str, short: str) -> None:
    assert whole_name(name) == whole
    assert short_name(name) == short
    assert whole_name(whole) == whole
