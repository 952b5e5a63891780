"""The icon, drawn once as numbers: as SVG for browsers, and as PNG of any size for home screens."""

from __future__ import annotations

import struct
import zlib

import numpy as np

SIDE = 32.0  # of the drawing; everything below is in its units
CORNER = 9.0
STROKE = 2.6
BARS = ((9.0, 13.0, 19.0), (14.0, 9.0, 23.0), (19.0, 12.0, 20.0), (24.0, 14.0, 18.0))  # x, top, bottom
GROUND, INK = (0x0F, 0x6B, 0x62), (0xFF, 0xFF, 0xFF)
SAFE = 0.8  # of its width, which a mask of any shape leaves (Web Application Manifest, "Icon masks")


def svg() -> bytes:
    """Return the icon as an SVG."""
    path = "".join(f"M{x:g} {top:g}v{bottom - top:g}" for x, top, bottom in BARS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE:g} {SIDE:g}">'
        f'<rect width="{SIDE:g}" height="{SIDE:g}" rx="{CORNER:g}" fill="{_hex(GROUND)}"/>'
        f'<path d="{path}" stroke="{_hex(INK)}" stroke-width="{STROKE:g}" stroke-linecap="round"/></svg>'
    ).encode("ascii")


def png(size: int, *, full: bool = False) -> bytes:
    """Return the icon as a PNG of `size` pixels a side; `full` fills its corners and keeps to what a mask leaves."""
    x = (np.arange(size, dtype=np.float32) + 0.5) * (SIDE / size)
    across, down = x[np.newaxis, :], x[:, np.newaxis]
    pixel = SIDE / size
    shrink = SAFE if full else 1.0
    inner_x, inner_y = (16.0 + (each - 16.0) / shrink for each in (across, down))
    bars = np.min([np.hypot(inner_x - at, inner_y - np.clip(inner_y, top, bottom)) for at, top, bottom in BARS], axis=0)
    ink = _covered((bars - STROKE / 2) * shrink, pixel)
    edge = [np.maximum(np.abs(each - 16.0) - (16.0 - CORNER), 0.0) for each in (across, down)]
    ground = np.ones((size, size), np.float32) if full else _covered(np.hypot(*edge) - CORNER, pixel)
    colours = np.array(GROUND) + ink[..., np.newaxis] * (np.array(INK) - np.array(GROUND))
    pixels = np.concatenate([colours, ground[..., np.newaxis] * 255], axis=2)
    return _png(np.rint(pixels).astype(np.uint8))


def _covered(distance: np.ndarray, pixel: float) -> np.ndarray:
    """Return how much of a pixel lies inside an outline, of its centre's distance from it (negative: inside)."""
    covered: np.ndarray = np.clip(0.5 - distance / pixel, 0.0, 1.0)
    return covered


def _png(pixels: np.ndarray) -> bytes:
    """Return RGBA pixels (height, width, 4) uint8 as a PNG (PNG specification, sections 5 and 11)."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{each:02x}" for each in colour)
