"""Colours as lights speak them: hue and saturation, CIE xy, mireds, white channels; all to and from rgb or kelvin."""

from __future__ import annotations

import colorsys
import math

#: Red, green, blue, 0..255 each.
RGB = tuple[int, int, int]

# Wide gamut, D65, as light bulbs have it (Philips hue, "Color conversion formulas rgb to xy").
_TO_XYZ = ((0.664511, 0.154324, 0.162028), (0.283881, 0.668433, 0.047685), (0.000088, 0.072310, 0.986039))
_FROM_XYZ = ((1.656492, -0.354851, -0.255038), (-0.707196, 1.655397, 0.036152), (0.051713, -0.121364, 1.011530))


def rgb_to_hs(rgb: RGB) -> tuple[float, float]:
    """Return hue (0..360) and saturation (0..100) of `rgb`."""
    hue, saturation, _ = colorsys.rgb_to_hsv(*(channel / 255 for channel in rgb))
    return round(hue * 360, 3), round(saturation * 100, 3)


def hs_to_rgb(hue: float, saturation: float) -> RGB:
    """Return the rgb of a hue (0..360) and saturation (0..100) at full brightness."""
    red, green, blue = colorsys.hsv_to_rgb((hue % 360) / 360, min(max(saturation, 0.0), 100.0) / 100, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def rgb_to_xy(rgb: RGB) -> tuple[float, float]:
    """Return the CIE 1931 chromaticity of `rgb`; black has that of white."""
    if not any(rgb):
        rgb = (255, 255, 255)
    linear = [((c + 0.055) / 1.055) ** 2.4 if c > 0.04045 else c / 12.92 for c in (channel / 255 for channel in rgb)]
    x, y, z = (sum(weight * c for weight, c in zip(row, linear, strict=True)) for row in _TO_XYZ)
    return round(x / (x + y + z), 3), round(y / (x + y + z), 3)


def xy_to_rgb(x: float, y: float) -> RGB:
    """Return the rgb, at full brightness, of a CIE 1931 chromaticity."""
    y = max(y, 1e-5)
    xyz = (x / y, 1.0, (1 - x - y) / y)
    linear = [max(0.0, sum(weight * c for weight, c in zip(row, xyz, strict=True))) for row in _FROM_XYZ]
    gamma = [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in linear]
    top = max(gamma) or 1.0
    red, green, blue = (round(c / top * 255) for c in gamma)
    return red, green, blue


def rgb_to_rgbw(rgb: RGB) -> tuple[int, int, int, int]:
    """Return `rgb` with as much of it as possible in a white channel, as bright as before."""
    white = min(rgb)
    red, green, blue = (channel - white for channel in rgb)
    scale = max(rgb) / (max(red, green, blue, white) or 1)
    return round(red * scale), round(green * scale), round(blue * scale), round(white * scale)


def white_to_rgb(channels: tuple[int, ...]) -> RGB:
    """Return the rgb that red, green, blue and one or two white channels look like."""
    white = sum(channels[3:])
    red, green, blue = (channel + white for channel in channels[:3])
    scale = (max(channels) or 1) / (max(red, green, blue) or 1)
    return round(red * scale), round(green * scale), round(blue * scale)


def reciprocal(value: float) -> int:
    """Return mireds of kelvin, or kelvin of mireds, rounded down as Home Assistant does; 0 where `value` is 0."""
    return math.floor(1_000_000 / value) if value > 0 else 0
