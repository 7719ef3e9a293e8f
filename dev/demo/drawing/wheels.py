"""Wheels, drawn once around the origin and used for both axles."""

from math import cos, pi, sin

from demo.drawing.canvas import line, number, opacity, shape

RIMS = ("five", "ten", "mesh", "steel")
TYRE = "#1c1e21"


def wheel(radius: float, rim: str) -> str:
    """A wheel of `radius` pixels around 0,0; `rim` is one of RIMS."""
    parts = [
        _circle(radius, TYRE),
        f'<circle r="{number(radius * 0.86)}" fill="none" stroke="#35393d" stroke-width="{number(radius * 0.03)}"/>',
        _circle(radius * 0.74, "url(#r)"),
        _circle(radius * 0.66, "#26292d" if rim != "steel" else "url(#r)"),
    ]
    if rim == "steel":
        return "".join(parts) + _steel(radius)
    parts.append(_circle(radius * 0.44, "#6d7277") + _circle(radius * 0.36, "#3c4044"))
    spokes = {"five": 5, "ten": 10, "mesh": 7}[rim]
    parts.append(shape("".join(_spoke(radius, turn * 2 * pi / spokes, rim) for turn in range(spokes)), "url(#r)"))
    parts.append(_circle(radius * 0.16, "url(#r)") + _circle(radius * 0.07, "#30343a"))
    return "".join(parts)


def _spoke(radius: float, angle: float, rim: str) -> str:
    """One spoke from hub to rim as path data."""
    inner, outer = {"five": (0.11, 0.13), "ten": (0.05, 0.055), "mesh": (0.05, 0.17)}[rim]
    middle = 0.05 if rim == "mesh" else (inner + outer) / 2 * 0.8
    near, half, far = radius * 0.1, radius * 0.42, radius * 0.69
    corners = [(near, -inner), (half, -middle), (far, -outer), (far, outer), (half, middle), (near, inner)]
    if rim == "mesh":
        # A fork: the notch between its two tines.
        corners[3:3] = [(far, -outer * 0.45), (half * 1.08, 0), (far, outer * 0.45)]
    points = []
    for along, across in corners:
        side = across * radius
        points.append((along * cos(angle) - side * sin(angle), along * sin(angle) + side * cos(angle)))
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "z"


def _steel(radius: float) -> str:
    """A plain steel wheel with a chrome cap."""
    slots = ""
    for turn in range(8):
        angle = turn * pi / 4
        x, y = radius * 0.52 * cos(angle), radius * 0.52 * sin(angle)
        slots += f"M{number(x - 2.5)} {number(y)}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0"
    cap = _circle(radius * 0.34, "#8b9198") + _circle(radius * 0.3, "#dfe4e8") + _circle(radius * 0.12, "#aab1b8")
    ring = f'<circle r="{number(radius * 0.66)}" fill="none" stroke="#f2f4f5" stroke-width="{number(radius * 0.05)}"/>'
    return shape(slots, "#4a4f55") + ring + cap


def _circle(radius: float, fill: str) -> str:
    return f'<circle r="{number(radius)}" fill="{fill}"/>'


def glint(radius: float) -> str:
    """Light on the upper edge of the tyre."""
    r = radius * 0.94
    return line(
        f"M{number(-r * 0.7)} {number(-r * 0.7)}A{number(r)} {number(r)} 0 0 1 {number(r * 0.7)} {number(-r * 0.7)}",
        "#fff",
        1.5,
        opacity(0.18),
    )
