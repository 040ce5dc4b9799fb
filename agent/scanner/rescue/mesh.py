"""Where each module of a code lies in the picture, and the code laid flat."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agent.scanner.found import Gray
from agent.scanner.rescue.grid import Grid, onto
from agent.scanner.rescue.growth import Knots


class Mesh(NamedTuple):
    """Where each module's centre lies in the picture: x and y in pixels, (side, side) each."""

    side: int
    x: NDArray[np.float32]
    y: NDArray[np.float32]


def flat(grid: Grid) -> Mesh:
    """The mesh of a plane."""
    rows, columns = np.indices((grid.side, grid.side)) + 0.5
    at = onto(grid.plane, np.c_[columns.ravel(), rows.ravel()]).reshape(grid.side, grid.side, 2).astype(np.float32)
    return Mesh(grid.side, at[..., 0], at[..., 1])


def bent(knots: Knots) -> Mesh:
    """The mesh between knots, straight from one to the next."""
    side = round(knots.places[-1] + 0.5)
    along = np.interp(np.arange(side) + 0.5, knots.places, np.arange(len(knots.places))).astype(np.float32)
    u, v = np.meshgrid(along, along)
    at = knots.at.astype(np.float32)
    return Mesh(side, _between(at[..., 0], u, v), _between(at[..., 1], u, v))


def _between(part: NDArray[np.float32], u: NDArray[np.float32], v: NDArray[np.float32]) -> NDArray[np.float32]:
    """The values of a grid at places between its points."""
    import cv2

    there = cv2.remap(np.ascontiguousarray(part), u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(there, dtype=np.float32)


def pixels(gray: Gray, mesh: Mesh, cell: int, margin: int = 0) -> Gray:
    """The code laid flat, `cell` pixels a module, with `margin` modules around it."""
    import cv2

    size = (mesh.side + 2 * margin) * cell
    along = (np.arange(size, dtype=np.float32) + 0.5) / cell - margin - 0.5
    # Beyond the outermost centres the mesh goes on as between the last two.
    wide = [_extended(part, margin + 1) for part in (mesh.x, mesh.y)]
    u, v = (np.asarray(part, np.float32) for part in np.meshgrid(along + margin + 1, along + margin + 1))
    px, py = (_between(part, u, v) for part in wide)
    return np.asarray(cv2.remap(gray, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def _extended(part: NDArray[np.float32], by: int) -> NDArray[np.float32]:
    steps = np.arange(1, by + 1, dtype=np.float32)
    left = part[:, :1] + (part[:, :1] - part[:, 1:2]) * steps[::-1]
    right = part[:, -1:] + (part[:, -1:] - part[:, -2:-1]) * steps
    wide = np.hstack([left, part, right])
    top = wide[:1] + (wide[:1] - wide[1:2]) * steps[::-1, None]
    bottom = wide[-1:] + (wide[-1:] - wide[-2:-1]) * steps[:, None]
    return np.vstack([top, wide, bottom]).astype(np.float32)
