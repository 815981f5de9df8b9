"""The straight line below all arrivals: a stream's pace under delays that are never negative."""

__all__ = ["LowerHull"]


class LowerHull:
    """Lower convex hull of points that come in order, and the hull's edge over their middle.

    A stamp is a sample's true time plus a delay of at least zero, so the true line lies below
    all points and touches those that were not delayed. The line below all points that is
    nearest to them on the whole is the hull's edge over their mean index: a stalled connection
    lifts points off it and leaves it where it is.

    Parameters
    ----------
    window_s : float
        Points older than this are forgotten, half the window at a time.

    References
    ----------
    Moon, Skelly, Towsley (1999), Estimation and removal of clock skew from network delay
    measurements, doi:10.1109/INFCOM.1999.749287
    """

    def __init__(self, window_s: float) -> None:
        self._half_s = window_s / 2
        self.clear()

    def clear(self) -> None:
        """Forget all points."""
        self._points: list[tuple[float, float]] = []
        self._young: list[tuple[float, float]] = []  # the same without the older half

    def add(self, index: float, stamp_s: float) -> None:
        """Take the next point; one that does not come after the last is ignored."""
        if self._points and index <= self._points[-1][0]:
            return
        _append(self._points, (index, stamp_s))
        _append(self._young, (index, stamp_s))
        if stamp_s - self._young[0][1] > self._half_s:
            self._points, self._young = self._young, []

    @property
    def span_s(self) -> float:
        """Time from the oldest point to the newest."""
        return self._points[-1][1] - self._points[0][1] if self._points else 0.0

    def edge(self) -> tuple[float, float] | None:
        """Return (seconds per sample, time at the newest point) of the edge over the middle.

        None before there are two points.
        """
        points = self._points
        if len(points) < 2:
            return None
        middle = (points[0][0] + points[-1][0]) / 2
        right = next(k for k in range(1, len(points)) if points[k][0] >= middle)
        (i, s), (j, t) = points[right - 1], points[right]
        slope_s = (t - s) / (j - i)
        return slope_s, t + (points[-1][0] - j) * slope_s


def _append(hull: list[tuple[float, float]], point: tuple[float, float]) -> None:
    while len(hull) > 1 and _is_above(hull[-1], hull[-2], point):
        hull.pop()
    hull.append(point)


def _is_above(
    point: tuple[float, float], left: tuple[float, float], right: tuple[float, float]
) -> bool:
    """Return whether a point lies on or above the chord from left to right."""
    rise = (point[1] - left[1]) * (right[0] - left[0])
    return rise >= (right[1] - left[1]) * (point[0] - left[0])
