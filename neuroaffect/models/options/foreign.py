"""Settings of networks that come from elsewhere: braindecode, torcheeg, or anybody's own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from neuroaffect.models.options.base import Options
from neuroaffect.models.shape import InputShape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["ForeignOptions"]


@dataclass(frozen=True, kw_only=True)
class ForeignOptions(Options):
    """A network of torch that neuroaffect does not know, described so that it can be trained.

    Derive a frozen dataclass, say what the module looks at, make it in :meth:`module`, and
    :func:`~neuroaffect.models.register` it. A pipeline then names it like any other network::

        from dataclasses import dataclass
        from typing import ClassVar
        from neuroaffect.models import ForeignOptions, register

        @register
        @dataclass(frozen=True, kw_only=True)
        class Shallow(ForeignOptions):
            network: ClassVar[str] = "shallow"       # its name in [network]
            reads: ClassVar[str] = "samples"         # input = "eeg.raw"
            layout: ClassVar[str] = "electrodes"     # (B, electrodes, samples)
            packages: ClassVar[tuple[str, ...]] = ("braindecode",)

            filters: int = 40                        # what [network.options] may set

            def module(self, shape):
                from braindecode.models import ShallowFBCSPNet
                electrodes, samples = shape.size
                return ShallowFBCSPNet(
                    n_chans=electrodes, n_times=samples, sfreq=shape.rate_hz,
                    n_outputs=32, n_filters_time=self.filters,
                )

    The file that says so is the user's own, and trains (`fit` of
    :mod:`neuroaffect.training.learning.fit`), or hands over to the command line
    (`neuroaffect.cli.app.main(["train", ...])`). The bundle goes live without it, and without the
    package the module came from; :func:`~neuroaffect.models.rebuild` needs both again.

    Attributes
    ----------
    layout : {"electrodes", "image", "grid"}
        What `module` is given: "electrodes", (B, E, F), as braindecode's networks and torcheeg's
        DGCNN have it; "image", (B, 1, E, F), as torcheeg's EEGNet and TSCeption; "grid",
        (B, F, rows, columns), as torcheeg's CCNN, of the block `topomap`.
    packages : tuple of str
        Distributions whose versions the bundle records.

    Notes
    -----
    A module from elsewhere knows no mask. An electrode that is lost counts as its mean in
    training, 0, whatever it says; what the module makes of that 0, by its biases and norms, is
    its own affair. It has seen such zeros, since `electrode_dropout` makes them in training.
    """

    reads: ClassVar[str] = "features"
    layout: ClassVar[Literal["electrodes", "image", "grid"]] = "electrodes"
    packages: ClassVar[tuple[str, ...]] = ()

    def module(self, shape: InputShape) -> "nn.Module":
        """Return the network, made anew: input in the layout, output (B, any number).

        The affect head makes one linear layer of what it gives, so its last layer may be the
        package's own, with as many outputs as one likes.
        """
        raise NotImplementedError

    @classmethod
    def load(cls) -> "type[nn.Module]":
        from neuroaffect.models.adapter import Adapted

        return Adapted
