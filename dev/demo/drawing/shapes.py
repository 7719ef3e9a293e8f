"""All body styles by name."""

from demo.drawing.body import Body
from demo.drawing.low_bodies import LOW_BODIES
from demo.drawing.tall_bodies import TALL_BODIES

BODIES: dict[str, Body] = LOW_BODIES | TALL_BODIES
