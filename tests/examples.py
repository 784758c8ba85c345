"""How many examples Hypothesis tries: all of them in CI, a few at a desk."""

from hypothesis import settings


def examples(count: int) -> int:
    """Return ``count`` in CI and with ``--all``, else at most as many as the quick profile has.

    Args:
        count: how many a property is worth.
    """
    quick = settings.get_profile("quick").max_examples
    return count if settings.get_current_profile_name() == "all" else min(count, quick)
