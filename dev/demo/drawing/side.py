"""The picture of a car from its side."""

from math import sqrt

from demo.drawing.body import Body
from demo.drawing.canvas import Frame, darker, lighter, line, number, opacity, picture, radial, shape, vertical
from demo.drawing.scenes import SCENES
from demo.drawing.wheels import glint, wheel

GROUND = 466
FILL_PX = 690
LARGEST_SCALE = 1.48
GLASS = "url(#g)"


def side_view(title: str, body: Body, paint: str, scene: int, rim: str) -> str:
    """A car in `paint` (`#rrggbb`) in front of scene number `scene`, as a whole SVG file."""
    scale = min(FILL_PX / body.length, LARGEST_SCALE)
    frame = Frame(scale, (800 - body.length * scale) / 2, GROUND)
    scene_defs, backdrop = SCENES[scene]()
    return picture(
        title,
        scene_defs + _defs(frame, body, paint, rim),
        backdrop + _shadow(frame, body) + _car(frame, body, paint),
    )


def _defs(frame: Frame, body: Body, paint: str, rim: str) -> str:
    top = max(frame.ground - value * frame.scale for value in (0, body.sill))
    belt, sill = frame.ground - body.belt * frame.scale, frame.ground - body.sill * frame.scale
    roof = belt - 90
    turn = (belt - roof) / (sill - roof)
    dark = 0.5 if paint != "#22262b" else 0.75
    paint_stops = [
        (0, lighter(paint, 0.55)),
        (turn * 0.8, lighter(paint, 0.12)),
        (turn, lighter(paint, 0.32)),
        (turn + (1 - turn) * 0.2, lighter(paint, 0.06)),
        (turn + (1 - turn) * 0.45, darker(paint, 0.22)),
        (turn + (1 - turn) * 0.62, darker(paint, 0.08)),
        (1, darker(paint, dark)),
    ]
    clip = "".join(f'<path d="{frame.path(pane)}"/>' for pane in body.glass)
    return (
        vertical("p", roof, max(top, sill), paint_stops)
        + vertical("g", roof, belt, [(0, "#8fa3b1"), (0.5, "#4b5a66"), (1, "#1d252c")])
        + vertical("r", -40, 40, [(0, "#f3f5f6"), (0.5, "#b4bac0"), (1, "#7f868d")])
        + radial("s", [(0, "#05070acc"), (0.6, "#05070a77"), (1, "#05070a00")])
        + f'<clipPath id="c">{clip}</clipPath>'
        + f'<g id="w">{wheel(body.wheel_radius * frame.scale, rim)}{glint(body.wheel_radius * frame.scale)}</g>'
    )


def _shadow(frame: Frame, body: Body) -> str:
    middle = number(frame.left + body.length * frame.scale / 2)
    wide = number(body.length * frame.scale * 0.54)
    return f'<ellipse cx="{middle}" cy="{GROUND + 1}" rx="{wide}" ry="17" fill="url(#s)"/>'


def _car(frame: Frame, body: Body, paint: str) -> str:
    parts = [_fill(frame, colour, path) for colour, path in body.behind]
    parts.append(_wells(frame, body))
    outline = frame.path(body.outline) + _underside(frame, body)
    parts.append(shape(outline, "url(#p)"))
    if body.cladding:
        parts.append(_cladding(frame, body))
    parts += _windows(frame, body)
    parts += _surface(frame, body, paint)
    parts += _lamps(frame, body)
    if not body.old:
        parts += _ends(frame, body, paint)
    parts += [_fill(frame, colour, path) for colour, path in body.trim]
    parts += [_stroke(frame, colour, width, path) for colour, width, path in body.lines]
    if body.mirror:
        parts.append(_mirror(frame, body.mirror, paint))
    for axle in body.wheels:
        parts.append(f'<use href="#w" x="{frame.x(axle)}" y="{frame.y(body.wheel_radius)}"/>')
    return "".join(parts)


def _wells(frame: Frame, body: Body) -> str:
    """What is dark under a car: the wheel housings and the floor between them."""
    front, rear = body.wheels
    low, high = body.sill - 4, body.sill + 8
    floor = shape(frame.path(f"M{front} {low}L{rear} {low}L{rear} {high}L{front} {high}Z"), "#0d0f11")
    radius = frame.length(body.wheel_radius + 8)
    middle = frame.y(body.wheel_radius + 1)
    return floor + "".join(f'<circle cx="{frame.x(axle)}" cy="{middle}" r="{radius}" fill="#0d0f11"/>' for axle in (front, rear))


def _underside(frame: Frame, body: Body) -> str:
    """From the lower rear corner to the lower front corner, with an arch over each wheel."""
    out = ""
    arch = body.wheel_radius + (5 if not body.cladding else 7)
    reach = sqrt(arch**2 - (body.wheel_radius - body.sill) ** 2)
    for axle in reversed(body.wheels):
        radius = frame.length(arch)
        out += f"L{frame.x(axle + reach)} {frame.y(body.sill)}"
        out += f"A{radius} {radius} 0 1 0 {frame.x(axle - reach)} {frame.y(body.sill)}"
    return out + "Z"


def _cladding(frame: Frame, body: Body) -> str:
    """Dark plastic: a band along the sill and a ring over each wheel."""
    ring = body.wheel_radius + 9
    front, rear = body.wheels
    band = (
        f"M{front + ring - 3} {body.sill + 9}L{rear - ring + 3} {body.sill + 9}"
        f"L{rear - ring + 2} {body.sill - 1}L{front + ring - 2} {body.sill - 1}Z"
    )
    out = shape(frame.path(band), "#2a2d31")
    foot = body.sill + 1
    reach = sqrt(ring**2 - (body.wheel_radius - foot) ** 2)
    radius = frame.length(ring)
    for axle in body.wheels:
        arch = f"M{frame.x(axle - reach)} {frame.y(foot)}A{radius} {radius} 0 1 1 {frame.x(axle + reach)} {frame.y(foot)}"
        out += f'<path fill="none" stroke="#2a2d31" stroke-width="{frame.length(5)}" d="{arch}"/>'
    return out


def _windows(frame: Frame, body: Body) -> list[str]:
    if not body.glass:
        return []
    panes = "".join(frame.path(pane) for pane in body.glass)
    rubber = line(panes, "#14171a", 3.2 * frame.scale, ' stroke-linejoin="round"')
    left, right = body.wheels
    bands = "".join(
        f"M{x} {body.belt - 2}L{x + 56} {body.belt + 66}L{x + 56 + wide} {body.belt + 66}L{x + wide} {body.belt - 2}Z"
        for x, wide in ((left + 70, 26), (left + 106, 9), (right - 130, 30), (right - 90, 10))
    )
    seats = "".join(
        f"M{x} {body.belt - 2}C{x + 2} {body.belt + 18} {x + 6} {body.belt + 26} {x + 16} {body.belt + 26}"
        f"C{x + 25} {body.belt + 26} {x + 28} {body.belt + 14} {x + 28} {body.belt - 2}Z"
        for x in (left + 104, left + 202)
        if x < right - 40
    )
    inside = shape(frame.path(seats), "#0e1215", opacity(0.45)) + shape(frame.path(bands), "#fff", opacity(0.16))
    return [rubber, shape(panes, GLASS), f'<g clip-path="url(#c)">{inside}</g>']


def _surface(frame: Frame, body: Body, paint: str) -> list[str]:
    gap = darker(paint, 0.65)
    doors = "".join(frame.path(door) for door in body.doors)
    handles = "".join(f"M{frame.x(x)} {frame.y(y)}h{frame.length(15)}" for x, y in body.handles)
    return [
        line(frame.path(body.shoulder), "#fff", 1.6 * frame.scale, opacity(0.4)),
        line(frame.path(body.crease), "#fff", 1.3 * frame.scale, opacity(0.25)),
        line(doors, gap, 1.1 * frame.scale, opacity(0.75)),
        line(handles, gap, 3 * frame.scale, opacity(0.6)),
        line(handles, lighter(paint, 0.45), 1.7 * frame.scale),
    ]


def _lamps(frame: Frame, body: Body) -> list[str]:
    return [
        shape(frame.path(body.headlamp), "#eef4f8", f' stroke="#39424a" stroke-width="{number(frame.scale)}"'),
        shape(frame.path(body.taillamp), "#b11f26", f' stroke="#4a0d10" stroke-width="{number(0.8 * frame.scale)}"'),
    ]


def _ends(frame: Frame, body: Body, paint: str) -> list[str]:
    """The dark lip under the bumpers, the seam of the front bumper, and the fuel door."""
    front, rear = body.wheels
    arch, sill = body.wheel_radius + 6, body.sill
    lip = f"M10 {sill + 10}L{front - arch + 2} {sill + 6}L{front - arch + 3} {sill}L14 {sill + 2}Z"
    end, back = body.length - 10, rear + arch - 2
    tail = f"M{back} {sill + 7}L{end} {sill + 13}L{end - 3} {sill + 5}L{back - 1} {sill}Z"
    x, y = rear - 6, body.belt - 16
    fuel = f"M{x} {y}L{x + 14} {y}L{x + 14} {y - 12}L{x} {y - 12}Z"
    seam = f"M{front - arch + 1} {sill + 22}L{front - arch - 6} {body.belt * 0.72:.0f}"
    return [
        shape(frame.path(lip) + frame.path(tail), "#101316", opacity(0.6)),
        line(frame.path(fuel) + frame.path(seam), darker(paint, 0.65), frame.scale, opacity(0.5)),
    ]


def _mirror(frame: Frame, place: tuple[float, float], paint: str) -> str:
    x, y = place
    d = f"M{x} {y}C{x - 1} {y + 8} {x + 4} {y + 11} {x + 14} {y + 11}C{x + 19} {y + 10} {x + 19} {y + 2} {x + 16} {y}Z"
    return shape(frame.path(d), lighter(paint, 0.12), f' stroke="{darker(paint, 0.6)}" stroke-width="1"')


def _fill(frame: Frame, colour: str, path: str) -> str:
    known = {"glass": GLASS, "paint": "url(#p)", "lower": "#f1efe8"}
    return shape(frame.path(path), known.get(colour, colour))


def _stroke(frame: Frame, colour: str, width: float, path: str) -> str:
    extra = opacity(int(colour[7:], 16) / 255) if len(colour) == 9 else ""
    return line(frame.path(path), colour[:7], width * frame.scale, extra)
