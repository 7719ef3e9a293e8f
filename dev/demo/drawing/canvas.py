"""Small pieces of SVG: colours, gradients, and paths given in centimetres of the car."""

import re
from dataclasses import dataclass

WIDTH, HEIGHT = 800, 600
_COMMAND = re.compile(r"([MLCZ])([^MLCZ]*)")
_NUMBER = re.compile(r"-?[\d.]+")


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a car stands: pixels a centimetre, left edge and ground line. Heights count upwards from the ground."""

    scale: float
    left: float
    ground: float

    def x(self, cm: float) -> str:
        """Horizontal position in pixels."""
        return number(self.left + cm * self.scale)

    def y(self, cm: float) -> str:
        """Vertical position in pixels."""
        return number(self.ground - cm * self.scale)

    def length(self, cm: float) -> str:
        """A length in pixels."""
        return number(cm * self.scale)

    def path(self, cm: str) -> str:
        """Path data with absolute M, L, C, Z in centimetres, in whole pixels and, being shorter, relative."""
        out: list[str] = []
        here = (0, 0)
        for command, numbers in _COMMAND.findall(cm):
            values = [float(value) for value in _NUMBER.findall(numbers)]
            points = [(round(float(self.x(x))), round(float(self.y(y)))) for x, y in zip(values[::2], values[1::2], strict=True)]
            if command == "M":
                out.append("M" + _joined(points[0]))
            elif command == "Z":
                out.append("z")
            else:
                out.append(command.lower() + _joined(*((x - here[0], y - here[1]) for x, y in points)))
            here = points[-1] if points else here
        return "".join(out)


def number(value: float) -> str:
    """A coordinate as short as it can be: whole when large, one decimal when small."""
    short = f"{value:.0f}" if abs(value) >= 40 else f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if short in ("-0", "") else short


def mix(first: str, second: str, share: float) -> str:
    """Colour between two `#rrggbb` colours; `share` of the second."""
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def lighter(colour: str, share: float) -> str:
    """`colour` with `share` of white."""
    return mix(colour, "#ffffff", share)


def darker(colour: str, share: float) -> str:
    """`colour` with `share` of black."""
    return mix(colour, "#05070a", share)


def vertical(name: str, top: float, bottom: float, stops: list[tuple[float, str]]) -> str:
    """A gradient from y `top` to y `bottom` in pixels; a stop is a share of the way and a colour."""
    return (
        f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="{number(top)}" '
        f'y2="{number(bottom)}">{_stops(stops)}</linearGradient>'
    )


def radial(name: str, stops: list[tuple[float, str]], centre: str = "") -> str:
    """A gradient from the middle of whatever it fills to its edge."""
    return f'<radialGradient id="{name}"{centre}>{_stops(stops)}</radialGradient>'


def shape(d: str, fill: str, extra: str = "") -> str:
    """A filled path."""
    return f'<path fill="{fill}"{extra} d="{d}"/>'


def line(d: str, colour: str, width: float, extra: str = "") -> str:
    """A stroked path with round ends."""
    return f'<path fill="none" stroke="{colour}" stroke-width="{number(width)}" stroke-linecap="round"{extra} d="{d}"/>'


def opacity(share: float) -> str:
    """An opacity attribute."""
    return f' opacity="{share:.2f}"'.replace("0.", ".").rstrip('0"').rstrip(".") + '"'


def picture(title: str, defs: str, content: str) -> str:
    """A whole SVG file."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><title>{title}</title>'
        f"<defs>{defs}</defs>{content}</svg>\n"
    )


def _stops(stops: list[tuple[float, str]]) -> str:
    return "".join(_stop(offset, colour) for offset, colour in stops)


def _stop(offset: float, colour: str) -> str:
    # "#rrggbbaa" is not read by every SVG renderer, so the opacity is an attribute of its own.
    if len(colour) == 9:
        return f'<stop offset="{offset:g}" stop-color="{colour[:7]}" stop-opacity="{int(colour[7:], 16) / 255:.2f}"/>'
    return f'<stop offset="{offset:g}" stop-color="{colour}"/>'


def _joined(*points: tuple[int, int]) -> str:
    """Numbers with a space between them where no minus sign parts them."""
    text = ""
    for value in (value for point in points for value in point):
        text += f" {value}" if text and value >= 0 else str(value)
    return text
