"""The config of an image: what to run, its history, and the diff IDs of the layers.

Implements image-spec, Image Configuration, and Docker's container image JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from ocitui.errors import DocumentError
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_object
from ocitui.spec.fields import Fields
from ocitui.spec.history import HistoryEntry
from ocitui.spec.platform import Platform


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A test that the container works (Docker's ``Healthcheck``, reserved by image-spec)."""

    test: tuple[str, ...]
    interval: timedelta | None
    timeout: timedelta | None
    start_period: timedelta | None
    start_interval: timedelta | None
    retries: int | None


@dataclass(frozen=True, slots=True)
class Execution:
    """The ``config`` property: how a container of this image is run."""

    user: str
    exposed_ports: tuple[str, ...]
    env: tuple[str, ...]
    entrypoint: tuple[str, ...] | None
    cmd: tuple[str, ...] | None
    volumes: tuple[str, ...]
    working_dir: str
    labels: Mapping[str, str]
    stop_signal: str
    shell: tuple[str, ...] | None
    on_build: tuple[str, ...] | None
    health_check: HealthCheck | None
    unknown: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Config:
    """An image configuration, the raw bytes beside it."""

    raw: bytes
    platform: Platform
    created: datetime | None
    author: str
    execution: Execution
    rootfs_type: str
    diff_ids: tuple[Digest | None, ...]
    """The digest of each layer's unpacked bytes; None where the config holds no digest."""
    has_no_diff_ids: bool
    """True if there is no list of diff IDs at all, as Go writes one that is empty: null, or left out."""
    history: tuple[HistoryEntry, ...] | None
    """None where the config has no history at all."""
    unknown: Mapping[str, object]
    problems: tuple[str, ...]

    @classmethod
    def parse(cls, raw: bytes, what: str) -> Self:
        """Read a config, or raise `DocumentError` when it is not a JSON object."""
        fields = Fields(load_object(raw, what), "")
        execution_fields = fields.child("config")
        execution = _read_execution(execution_fields)
        rootfs = fields.child("rootfs")
        diff_ids = tuple(_read_diff_id(item, n, rootfs) for n, item in enumerate(rootfs.items("diff_ids")))
        history = None
        if fields.raw("history") is not None:
            entries = enumerate(fields.items("history"))
            history = tuple(HistoryEntry.read(item, f"history[{n}]") for n, item in entries)
        platform, created, author = Platform.read(fields), fields.moment("created"), fields.text("author")
        rootfs_type = rootfs.text("type")
        if rootfs_type not in {"", "layers"}:
            rootfs.problem("type", "'layers'", rootfs_type)
        problems = fields.problems + execution_fields.problems + rootfs.problems
        for entry in history or ():
            problems += entry.problems
        return cls(
            raw=raw,
            platform=platform,
            created=created,
            author=author,
            execution=execution,
            rootfs_type=rootfs_type,
            diff_ids=diff_ids,
            has_no_diff_ids=rootfs.raw("diff_ids") is None,
            history=history,
            unknown=fields.unknown(),
            problems=tuple(problems),
        )


def _read_diff_id(item: object, position: int, rootfs: Fields) -> Digest | None:
    try:
        return Digest.parse(item)
    except DocumentError as error:
        rootfs.problems.append(f"rootfs.diff_ids[{position}]: {error}")
        return None


def _read_execution(fields: Fields) -> Execution:
    return Execution(
        user=fields.text("User"),
        exposed_ports=fields.keys("ExposedPorts"),
        env=fields.texts("Env", lambda entry: "=" in entry[1:], "NAME=VALUE") or (),
        entrypoint=fields.texts("Entrypoint"),
        cmd=fields.texts("Cmd"),
        volumes=fields.keys("Volumes"),
        working_dir=fields.text("WorkingDir"),
        labels=fields.mapping("Labels"),
        stop_signal=fields.text("StopSignal"),
        shell=fields.texts("Shell"),
        on_build=fields.texts("OnBuild"),
        health_check=_read_health_check(fields),
        unknown=fields.unknown(),
    )


def _read_health_check(fields: Fields) -> HealthCheck | None:
    if fields.raw("Healthcheck") is None:
        return None
    check = fields.child("Healthcheck")
    found = HealthCheck(
        test=check.texts("Test") or (),
        interval=check.duration("Interval"),
        timeout=check.duration("Timeout"),
        start_period=check.duration("StartPeriod"),
        start_interval=check.duration("StartInterval"),
        retries=check.integer("Retries"),
    )
    fields.problems += check.problems
    return found
