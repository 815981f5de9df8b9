"""Angles of gravity, in degrees."""

import numpy as np

__all__ = ["angle_deg", "pitch_roll_deg"]


def angle_deg(one: np.ndarray, other: np.ndarray) -> float:
    """Return the angle between two vectors of three axes, 0 to 180 degrees.

    By the half-angle formula, which keeps its digits where the cosine does not: near 0 and 180.

    >>> angle_deg(np.array([0.0, 0.0, 1.0]), np.array([0.0, 2.0, 0.0]))
    90.0
    """
    one, other = one * np.linalg.norm(other), other * np.linalg.norm(one)
    half = np.arctan2(np.linalg.norm(one - other), np.linalg.norm(one + other))
    return float(np.degrees(2 * half))


def pitch_roll_deg(gravity: np.ndarray) -> tuple[float, float]:
    """Return pitch (-90 to 90) and roll (-180 to 180) of a sensor that feels this gravity.

    Pitch is how far the first axis points below the horizon, roll the turn about that axis; an
    axis that points up reads +1 g at rest.

    >>> pitch_roll_deg(np.array([0.0, 0.0, 1.0]))
    (0.0, 0.0)
    """
    x, y, z = (float(axis) for axis in gravity)
    pitch = np.degrees(np.arctan2(-x, np.hypot(y, z)))
    # Adding 0.0 turns the minus zero of a level sensor into zero.
    return float(pitch) + 0.0, float(np.degrees(np.arctan2(y, z))) + 0.0
