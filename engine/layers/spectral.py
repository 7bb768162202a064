"""Convolutions that were trained under spectral normalisation (Miyato et al. 2018)."""

from engine.layers.convolution import Conv3


class SpectralConv2d(Conv3):
    """A convolution whose published weight comes as `weight_orig`, `weight_u` and `weight_v`.

    Its own `weight` is the quotient weight_orig / sigma: the loader of published weights divides once
    (engine/weights/folding.py), so that running it costs no more than a plain convolution.
    """

    spectral = True
