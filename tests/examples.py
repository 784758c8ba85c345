"""How many examples Hypothesis tries: many in CI, a few at a desk."""

from hypothesis import settings


def examples(count: int) -> int:
    """Return half of ``count`` in CI and with ``--all``, else at most as many as the quick profile has.

    What decides are the examples that are written down in tests, and what `tests.fuzz` finds when it has time.

    Args:
        count: how many a property is worth.
    """
    quick = settings.get_profile("quick").max_examples
    return max(count // 2, quick) if settings.get_current_profile_name() == "all" else min(count, quick)
