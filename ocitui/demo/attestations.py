"""BuildKit's attestations of the demo images, as it writes them with ``--provenance=mode=max --sbom=true``."""

import base64

from ocitui.demo.contents import Machine
from ocitui.demo.layout import Document, sha256

_REVISION = "9b1c2f7e4d3a8065f1e0c9b7a6d5e4f3a2b1c0d9"
_PACKAGES = (
    ("ca-certificates", "20230311", "MPL-2.0", "deb/debian"),
    ("curl", "7.88.1-10+deb12u5", "curl", "deb/debian"),
    ("flask", "3.0.3", "BSD-3-Clause", "pypi"),
    ("gunicorn", "22.0.0", "MIT", "pypi"),
    ("jinja2", "3.1.4", "BSD-3-Clause", "pypi"),
    ("markupsafe", "2.1.5", "BSD-3-Clause", "pypi"),
    ("python3.11", "3.11.2-6", "PSF-2.0", "deb/debian"),
)
_DOCKERFILE = """\
# syntax=docker/dockerfile:1
FROM debian:bookworm-slim
LABEL org.opencontainers.image.title=Paperboat org.opencontainers.image.licenses=MIT
ENV LANG=C.UTF-8 PYTHONUNBUFFERED=1
ENV PATH=/opt/venv/bin:$PATH
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl python3 \\
    && rm -rf /var/lib/apt/lists/*
ARG VERSION=1.4.0
ARG BUILD=20240514
WORKDIR /srv/paperboat
RUN python3 -m venv /opt/venv && pip install --no-cache-dir -r requirements.txt
COPY deploy_key /home/user/.ssh/deploy_key
COPY . /srv/paperboat
RUN ./install.sh
COPY rootfs/ /
EXPOSE 8080
VOLUME /var/lib/paperboat
USER paperboat
ENTRYPOINT ["gunicorn", "--config", "/etc/paperboat/gunicorn.conf.py"]
CMD ["app:app"]
"""


def spdx(machine: Machine) -> Document:
    """An SBOM in SPDX, as Syft writes it."""
    packages = [
        {
            "name": name,
            "SPDXID": f"SPDXRef-Package-{name}",
            "versionInfo": version,
            "licenseDeclared": terms,
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": f"pkg:{kind}/{name}@{version.replace('+', '%2B')}",
                }
            ],
        }
        for name, version, terms, kind in _PACKAGES
    ]
    name = f"paperboat-1.4.0-{machine.architecture}"
    creation = {"created": "2024-05-14T10:00:21Z", "creators": ["Organization: Anchore, Inc", "Tool: syft-v1.4.1"]}
    head = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "name": name, "creationInfo": creation}
    return {**head, "packages": packages}


def provenance(machine: Machine) -> Document:
    """SLSA provenance v0.2 of a build from a repository."""
    platform = f"linux%2F{machine.architecture}"
    repository = "https://git.example.com/paperboat/paperboat"
    source = {"uri": f"{repository}.git#refs/tags/v1.4.0", "digest": {"sha1": _REVISION}, "entryPoint": "Dockerfile"}
    file = {"filename": "Dockerfile", "language": "Dockerfile", "data": base64.b64encode(_DOCKERFILE.encode()).decode()}
    return {
        "builder": {"id": "https://ci.example.com/paperboat/builds/514"},
        "buildType": "https://mobyproject.org/buildkit@v1",
        "materials": [
            _material(f"pkg:docker/debian@bookworm-slim?platform={platform}"),
            _material("pkg:docker/docker/dockerfile@1"),
            {"uri": source["uri"], "digest": source["digest"]},
        ],
        "invocation": {
            "configSource": source,
            "parameters": {"frontend": "dockerfile.v0", "args": {"build-arg:VERSION": "1.4.0"}},
            "environment": {"platform": f"linux/{machine.architecture}"},
        },
        "metadata": {
            "buildInvocationID": "8f3kq2v9n0c1wz5t7xj4hdy6m",
            "buildStartedOn": "2024-05-14T09:58:47Z",
            "buildFinishedOn": "2024-05-14T10:00:19Z",
            "completeness": {"parameters": True, "environment": True, "materials": False},
            "reproducible": False,
            "https://mobyproject.org/buildkit@v1#metadata": {
                "vcs": {"source": repository, "revision": _REVISION},
                "source": {"infos": [file]},
            },
        },
    }


def _material(uri: str) -> Document:
    return {"uri": uri, "digest": {"sha256": sha256(uri.encode()).removeprefix("sha256:")}}
