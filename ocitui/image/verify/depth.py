"""The number of layers that engines put over each other at most."""

from ocitui.spec import clause
from ocitui.spec.problem import Problem, Severity

_LIMITS = (
    # moby, layer/layer_store.go: maxLayerDepth, since 1.10.
    (125, "docker"),
    # Seen with buildah 1.28.2 (containers/storage 1.43): "max depth exceeded".
    (128, "containers/storage with overlay (podman, buildah)"),
    # Seen with containerd 1.6.20 on Linux 6.18 (OVL_MAX_STACK): "failed to mount: invalid argument".
    (500, "containerd with overlay"),
)


def depth_problem(count: int) -> Problem | None:
    """Return the problem of an image with this many layers; None for one that all engines run."""
    refusing = [engine for limit, engine in _LIMITS if count > limit]
    if not refusing:
        return None
    text = f"expected {_LIMITS[0][0]} layers at most, found {count:,}, which {', '.join(refusing)} will not run"
    return Problem(text, clause.MANIFEST, Severity.WARNING)
