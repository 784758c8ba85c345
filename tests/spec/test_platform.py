"""Platforms: as users type them, and which fits which."""

import pytest

from ocitui.errors import UsageError
from ocitui.spec.platform import Platform


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", Platform("linux", "amd64")),
        ("Linux/X86_64", Platform("linux", "amd64")),
        ("linux/aarch64", Platform("linux", "arm64")),
        ("linux/arm64/v8", Platform("linux", "arm64", "v8")),
        ("linux/armv7l", Platform("linux", "arm", "v7")),
        ("linux/loongarch64", Platform("linux", "loong64")),
        (" windows/amd64 ", Platform("windows", "amd64")),
    ],
)
def test_platforms(text: str, platform: Platform) -> None:
    assert Platform.parse(text) == platform


@pytest.mark.parametrize("text", ["", "linux", "linux/", "linux/arm/v7/x", "linux/a b", "linux/\x1b[2J"])
def test_what_is_no_platform(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Platform.parse(text)
    assert "must be os/arch or os/arch/variant, like linux/arm64/v8" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("image", "wanted", "fits"),
    [
        ("linux/amd64", "linux/amd64", True),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm/v6", "linux/arm", True),
        ("linux/arm/v6", "linux/arm/v7", False),
        ("linux/amd64", "windows/amd64", False),
        ("linux/amd64", "linux/386", False),
    ],
)
def test_fits(image: str, wanted: str, fits: bool) -> None:
    assert Platform.parse(image).fits(Platform.parse(wanted)) is fits
