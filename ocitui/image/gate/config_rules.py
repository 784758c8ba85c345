"""Rules about the config."""

from dataclasses import dataclass

from ocitui.display import printable, quote
from ocitui.image.gate.subject import Subject
from ocitui.image.gate.verdict import Verdict, verdict
from ocitui.image.glob import matches_text


@dataclass(frozen=True, slots=True)
class RequiredLabel:
    """A label that must be there, and what its value must match.

    image-spec, Image Configuration: ``config.Labels``.
    """

    name: str
    pattern: str | None = None
    """With ``*`` and ``?``; None where any value does."""

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        config = subject.image.config
        value = config.execution.labels.get(self.name) if config is not None else None
        wanted = f"the label {quote(self.name)}"
        expected = wanted if self.pattern is None else f"{wanted} to match {quote(self.pattern)}"
        holds = value is not None and (self.pattern is None or matches_text(self.pattern, value))
        found = "none" if value is None else quote(value)
        about = self.name if self.pattern is None else f"{self.name}={self.pattern}"
        return verdict("required-labels", holds, expected, found, about=printable(about))


@dataclass(frozen=True, slots=True)
class RequiredUser:
    """The user that a container must run as: as it is written, with or without a group.

    image-spec, Image Configuration: ``config.User``.
    """

    user: str

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        user = _user(subject)
        holds = self.user in (user, user.partition(":")[0])
        return verdict("required-user", holds, f"the user {quote(self.user)}", quote(user) if user else "none")


@dataclass(frozen=True, slots=True)
class NoRoot:
    """A container must not run as root: the config names a user, and it is neither ``root`` nor the number 0."""

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        user = _user(subject)
        name = user.partition(":")[0].strip()
        is_root = name in ("", "root") or _is_zero(name)
        return verdict(
            "no-root", not is_root, "a user that is not root", quote(user) if user else "none, which is root"
        )


def _user(subject: Subject) -> str:
    return subject.image.config.execution.user if subject.image.config is not None else ""


def _is_zero(text: str) -> bool:
    return not text.lstrip("+-").strip("0_") and "0" in text
