"""The ONNX graph at work: one thread, no copy more than needed."""

from typing import TYPE_CHECKING

import numpy as np

from neuroaffect.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["answers", "axes", "open_session", "raw_outputs"]


def open_session(graph: bytes) -> "InferenceSession":
    """Return a session that answers one tick as fast as it can.

    Raises
    ------
    ModelError
        If the bytes are no ONNX graph.
    """
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

    settings = onnxruntime.SessionOptions()
    # One tick is too little work to share; waking a second thread costs more than it saves.
    settings.intra_op_num_threads = 1
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 3  # errors only: hints on unused constants are not for users
    try:
        return onnxruntime.InferenceSession(graph, settings, providers=["CPUExecutionProvider"])
    except (Fail, InvalidGraph, InvalidProtobuf) as error:
        raise ModelError(f"onnxruntime cannot read the network: {error}; train anew") from None


def axes(session: "InferenceSession") -> tuple[int, int, int]:
    """Return the number of electrodes, features and outputs."""
    return (*session.get_inputs()[0].shape[1:], session.get_outputs()[0].shape[1])


def answers(session: "InferenceSession", x: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return outputs (n, outputs) and novelty (n,) of features (n, electrodes, features).

    Both float32; None for the novelty if the graph does not tell it.
    """
    raw, *novelty = session.run(None, {"features": np.asarray(x, np.float32)})
    return raw, novelty[0] if novelty else None


def raw_outputs(session: "InferenceSession", x: np.ndarray) -> np.ndarray:
    """Return (n, outputs) float32 for features (n, electrodes, features)."""
    return answers(session, x)[0]
