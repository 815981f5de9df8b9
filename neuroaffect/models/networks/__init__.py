"""The networks, one file each; found by name in :mod:`neuroaffect.models.registry`.

Each is an encoder: `(options, shape)` makes it, `forward(x, present)` takes normalised features
(B, E, F), 0 where there is no value, and which electrodes are there, (B, E) of bool, to an
embedding (B, width). Electrodes that are not there have no influence. `trunk` says which layers
it asks the shared affect head for. One that learns from more than the labels has a method
`auxiliary`, see :class:`neuroaffect.models.lessons.batch.Auxiliary`. One that is fitted in one go
and says the outputs itself has `speak`, see :class:`neuroaffect.models.head.AffectNetwork`.
"""
