"""A network in whole numbers of eight bits: a quarter of the size."""

import logging
import tempfile
import warnings
from pathlib import Path

__all__ = ["quantised"]

_KEPT = "/novelty/"  # a distance of many small differences: eight bits would drown it


def quantised(graph: bytes) -> bytes:
    """Return an ONNX graph whose weights are 8-bit integers.

    Only the network's matrix products: the normaliser in front works in the features' own units
    and stays in float, and so do activations between layers, whose range is found anew for each
    input.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load_from_string(graph)
    kept = [node.name for node in model.graph.node if node.name.startswith(_KEPT)]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own numpy calls
        small = Path(folder) / "small.onnx"
        # It logs a hint to preprocess on the root logger; the graph is made here, and needs none.
        logging.disable(logging.WARNING)
        try:
            quantize_dynamic(
                model,
                small,
                weight_type=QuantType.QInt8,
                nodes_to_exclude=kept,
                op_types_to_quantize=["MatMul", "Gemm"],
            )
        finally:
            logging.disable(logging.NOTSET)
        return small.read_bytes()
