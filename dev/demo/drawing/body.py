"""What a body style consists of.

It is seen from its left side, front at the left. Lengths are centimetres: along from the front
bumper, up from the ground.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Body:
    """One body style. Paths are in the language of `canvas.Frame.path`."""

    length: float
    wheels: tuple[float, float]
    wheel_radius: float
    outline: str
    """From the lower front corner over hood and roof to the lower rear corner; the underside is added."""
    sill: float
    """Height of the underside between the wheels."""
    glass: list[str]
    """Side windows, front to rear."""
    shoulder: str
    """The crease under the windows that catches the light."""
    crease: str
    """The lower crease of the doors."""
    doors: list[str]
    handles: list[tuple[float, float]]
    headlamp: str
    taillamp: str
    mirror: tuple[float, float] | None
    belt: float
    """Height of the bottom of the windows."""
    cladding: bool = False
    """Dark plastic along the sill and around the wheels."""
    behind: list[tuple[str, str]] = field(default_factory=list)
    """Shapes behind the body: (colour, path). `glass` is a window, `paint` the paint."""
    trim: list[tuple[str, str]] = field(default_factory=list)
    """Shapes on top of the body: (colour, path)."""
    lines: list[tuple[str, float, str]] = field(default_factory=list)
    """Lines on top of the body: (colour, width in centimetres, path)."""
    old: bool = False
    """Chrome bumpers and plain steel wheels."""
