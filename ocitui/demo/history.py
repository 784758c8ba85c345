"""The configs and histories of the demo images, as Docker and BuildKit write them."""

from datetime import UTC, datetime

from ocitui.demo.contents import Machine
from ocitui.demo.layers import BASE_TIME
from ocitui.demo.layout import Document
from ocitui.demo.tar import DEMO_TIME

PREVIOUS_TIME = BASE_TIME + 5 * 86_400
"""The time version 1.3.2 was made, in seconds since the epoch."""

_PATH = "/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CLEAN_UP = """\
RUN |2 VERSION=1.4.0 BUILD=20240514 /bin/sh -c set -eux; \
groupadd --gid 1000 paperboat; \
useradd --uid 1000 --gid 1000 --home-dir /srv/paperboat --shell /usr/sbin/nologin paperboat; \
npm run build --prefix /srv/paperboat && rm -rf static && mv dist static; \
rm -rf tests build log/access.log .env /home/user/.ssh/deploy_key; \
echo "$VERSION" > build; \
chmod 755 manage.py; \
install -d -o 1000 -g 1000 -m 750 /var/lib/paperboat; \
mkdir /var/lib/paperboat/dev && mknod -m 666 /var/lib/paperboat/dev/null c 1 3; \
mkfifo -m 600 /var/lib/paperboat/reload.fifo; \
chown -R 1000:1000 data log /var/lib/paperboat/reload.fifo; \
cc -O2 -o /usr/local/bin/paperboat-mail mail.c; \
chgrp 1000 /usr/local/bin/paperboat-mail && chmod 4750 /usr/local/bin/paperboat-mail; \
setcap cap_net_bind_service=+ep /usr/bin/python3.11 # buildkit"""

_HEALTH_CHECK = "curl -fsS http://localhost:8080/healthz || exit 1"
_SECOND = 1_000_000_000
"""In nanoseconds, the unit of a health check's times."""

_BASE: tuple[tuple[str, bool], ...] = (
    ("/bin/sh -c #(nop) ADD file:a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa in / ", False),
    ('/bin/sh -c #(nop)  CMD ["bash"]', True),
)
_BUILDKIT: tuple[tuple[str, bool], ...] = (
    ("LABEL org.opencontainers.image.title=Paperboat org.opencontainers.image.licenses=MIT", True),
    ("ENV LANG=C.UTF-8 PYTHONUNBUFFERED=1", True),
    (f"ENV PATH={_PATH}", True),
    (
        "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates curl python3"
        " && rm -rf /var/lib/apt/lists/* # buildkit",
        False,
    ),
    ("ARG VERSION=1.4.0", True),
    ("ARG BUILD=20240514", True),
    ("WORKDIR /srv/paperboat", False),
    (
        "RUN |2 VERSION=1.4.0 BUILD=20240514 /bin/sh -c python3 -m venv /opt/venv"
        " && pip install --no-cache-dir -r requirements.txt # buildkit",
        False,
    ),
    ("COPY deploy_key /home/user/.ssh/deploy_key # buildkit", False),
    ("COPY . /srv/paperboat # buildkit", False),
    (_CLEAN_UP, False),
    ("COPY rootfs/ / # buildkit", False),
    ("EXPOSE map[8080/tcp:{}]", True),
    ("VOLUME [/var/lib/paperboat]", True),
    ("USER paperboat", True),
    ("STOPSIGNAL SIGINT", True),
    (f'HEALTHCHECK &{{["CMD-SHELL" "{_HEALTH_CHECK}"] "30s" "3s" "5s" "0s" \'\\x03\'}}', True),
    ('ENTRYPOINT ["gunicorn" "--config" "/etc/paperboat/gunicorn.conf.py"]', True),
    ('CMD ["app:app"]', True),
)
_CLASSIC: tuple[tuple[str, bool], ...] = (
    ("/bin/sh -c #(nop)  MAINTAINER Ada Example <ada@example.com>", True),
    (f"/bin/sh -c #(nop)  ENV PATH={_PATH}", True),
    ("/bin/sh -c apt-get update && apt-get install -y ca-certificates curl python3", False),
    ("/bin/sh -c #(nop) WORKDIR /srv/paperboat", True),
    (
        "/bin/sh -c #(nop) COPY dir:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 in /srv/paperboat",
        False,
    ),
    ("/bin/sh -c #(nop)  EXPOSE 8080", True),
    ('/bin/sh -c #(nop)  CMD ["python3" "app.py"]', True),
)


def image_config(machine: Machine) -> Document:
    """The config of version 1.4.0, without its diff IDs."""
    return {
        "created": _iso(DEMO_TIME + len(_BUILDKIT)),
        "author": "Ada Example <ada@example.com>",
        **_platform(machine),
        "config": {
            "User": "paperboat",
            "ExposedPorts": {"8080/tcp": {}},
            "Env": [f"PATH={_PATH}", "LANG=C.UTF-8", "PYTHONUNBUFFERED=1"],
            "Entrypoint": ["gunicorn", "--config", "/etc/paperboat/gunicorn.conf.py"],
            "Cmd": ["app:app"],
            "Volumes": {"/var/lib/paperboat": {}},
            "WorkingDir": "/srv/paperboat",
            "Labels": {
                "org.opencontainers.image.authors": "Ada Example <ada@example.com>",
                "org.opencontainers.image.description": "The web application of a small bookshop – Bücher, 本",
                "org.opencontainers.image.licenses": "MIT",
                "org.opencontainers.image.revision": "9b1c2f7e4d3a8065f1e0c9b7a6d5e4f3a2b1c0d9",
                "org.opencontainers.image.source": "https://git.example.com/paperboat/paperboat",
                "org.opencontainers.image.title": "Paperboat",
                "org.opencontainers.image.version": "1.4.0",
            },
            "StopSignal": "SIGINT",
            "Healthcheck": {
                "Test": ["CMD-SHELL", _HEALTH_CHECK],
                "Interval": 30 * _SECOND,
                "Timeout": 3 * _SECOND,
                "StartPeriod": 5 * _SECOND,
                "Retries": 3,
            },
        },
        "history": _history(_BASE, BASE_TIME) + _history(_BUILDKIT, DEMO_TIME, comment="buildkit.dockerfile.v0"),
    }


def previous_config(machine: Machine) -> Document:
    """The config of version 1.3.2, made by Docker before it had BuildKit."""
    return {
        "created": _iso(PREVIOUS_TIME + len(_CLASSIC)),
        "author": "Ada Example <ada@example.com>",
        **_platform(machine),
        "config": {
            "Env": [f"PATH={_PATH}"],
            "ExposedPorts": {"8080/tcp": {}},
            "Cmd": ["python3", "app.py"],
            "WorkingDir": "/srv/paperboat",
            "Labels": {"org.opencontainers.image.version": "1.3.2"},
        },
        "history": _history(_BASE, BASE_TIME) + _history(_CLASSIC, PREVIOUS_TIME),
    }


def _platform(machine: Machine) -> Document:
    platform = {"architecture": machine.architecture, "os": "linux"}
    return {**platform, "variant": machine.variant} if machine.variant else platform


def _history(instructions: tuple[tuple[str, bool], ...], start: int, comment: str = "") -> list[Document]:
    entries: list[Document] = []
    for seconds, (created_by, empty) in enumerate(instructions, start):
        entry: Document = {"created": _iso(seconds), "created_by": created_by}
        if comment:
            entry["comment"] = comment
        if empty:
            entry["empty_layer"] = True
        entries.append(entry)
    return entries


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
