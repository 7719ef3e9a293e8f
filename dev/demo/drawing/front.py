"""The picture of a car from the front. One half is drawn and mirrored."""

from dataclasses import dataclass

from demo.drawing.canvas import Frame, darker, lighter, line, opacity, picture, radial, shape, vertical
from demo.drawing.scenes import SCENES

GROUND = 506


@dataclass(frozen=True, slots=True)
class Face:
    """The right half of a car's front, in centimetres from its middle and from the ground."""

    scale: float
    outline: str
    windscreen: str
    bonnet: str
    grille: str
    headlamp: str
    intake: str
    mirror: str
    tyre: tuple[float, float, float]
    """Inner edge, outer edge, height of what is seen of a tyre."""
    roof: float
    belt: float
    bars: str


FACES: dict[str, Face] = {
    "low": Face(
        scale=2.35,
        outline="M0 145C28 145 48 143 56 138C64 126 72 112 78 101C86 98 90 92 91 82C93 66 93 46 90 32C88 26 80 23 70 22L0 22Z",
        windscreen="M0 139C24 139 42 138 51 134C59 122 65 112 70 102C50 99 24 98 0 98",
        bonnet="M74 97C82 92 86 86 87 80M0 93C24 93 46 95 58 97C66 92 72 84 74 78",
        grille="M0 70L40 71C43 66 42 58 36 50L0 49",
        headlamp="M45 74C58 79 74 83 88 84C90 78 90 74 88 72C74 70 58 66 48 64C44 66 44 70 45 74Z",
        intake="M0 43L38 43C44 44 56 50 78 52C80 44 78 34 74 30L0 29Z",
        mirror="M77 103C84 110 98 111 104 108C106 102 104 97 98 96C90 96 82 98 77 103Z",
        tyre=(64, 85, 40),
        roof=145,
        belt=98,
        bars="M2 65L39 66M2 60L38 60M2 55L37 55",
    ),
    "tall": Face(
        scale=2.15,
        outline="M0 172C34 172 58 170 66 165C74 150 80 134 84 121C92 118 96 110 97 98C99 78 98 56 95 42C92 34 84 31 74 30L0 30Z",
        windscreen="M0 165C30 165 50 164 60 160C68 146 73 134 77 122C54 118 26 117 0 117",
        bonnet="M80 117C88 112 92 104 93 96M0 111C26 111 50 113 64 116C72 110 78 102 80 94",
        grille="M0 92L44 93C48 86 47 74 40 62L0 61",
        headlamp="M50 95C62 99 78 102 93 102C96 96 96 90 94 87C80 86 64 82 54 80C48 84 48 90 50 95Z",
        intake="M0 55L42 55C48 56 60 62 84 64C86 54 84 44 78 39L0 38Z",
        mirror="M83 123C90 133 106 134 112 130C114 122 112 115 104 114C96 114 88 117 83 123Z",
        tyre=(68, 91, 48),
        roof=172,
        belt=117,
        bars="M2 86L44 87M2 79L44 79M2 72L41 72M2 66L38 66",
    ),
    "truck": Face(
        scale=2.05,
        outline="M0 193C36 193 60 191 68 186C76 170 82 152 86 136C96 134 101 126 102 114"
        "C104 92 104 66 102 50C98 42 90 38 80 37L0 37Z",
        windscreen="M0 186C32 186 52 185 62 181C70 166 75 152 79 138C54 134 26 133 0 133",
        bonnet="M84 133C92 128 97 120 98 112M0 127C26 127 52 128 66 131C74 126 80 118 82 110",
        grille="M0 110L58 111L56 70L0 68",
        headlamp="M62 112C74 114 88 115 99 114L101 88C88 88 72 86 61 86Z",
        intake="M0 46L60 46C72 46 84 46 92 46L88 40L0 40Z",
        mirror="M85 140L90 156C98 160 110 160 116 156L116 136C108 132 94 132 85 140Z",
        tyre=(72, 98, 52),
        roof=193,
        belt=133,
        bars="M2 100L58 101M2 90L57 90M2 79L56 79",
    ),
    "van": Face(
        scale=2.15,
        outline="M0 176C38 176 64 173 74 167C82 150 87 130 90 112C96 108 99 100 99 90C101 70 100 46 97 32"
        "C94 26 86 23 76 22L0 22Z",
        windscreen="M0 168C34 168 56 166 67 162C75 146 80 130 83 114C56 109 28 107 0 107",
        bonnet="M86 109C92 104 95 96 95 90M0 101C28 101 52 103 68 107C78 102 84 94 86 86",
        grille="M0 76L40 77C42 72 40 66 36 60L0 59",
        headlamp="M50 80C64 88 80 94 95 95C98 88 98 82 96 78C82 76 66 72 54 70C48 72 48 76 50 80Z",
        intake="M0 52L40 52C48 52 60 56 84 58C86 48 84 38 80 32L0 31Z",
        mirror="M88 116C95 125 110 126 116 122C118 114 116 108 109 107C100 107 92 110 88 116Z",
        tyre=(70, 92, 42),
        roof=176,
        belt=107,
        bars="M2 72L40 72M2 66L38 66",
    ),
}


def front_view(title: str, face: Face, paint: str, scene: int) -> str:
    """A car in `paint` (`#rrggbb`) seen head-on in front of scene number `scene`, as a whole SVG file."""
    frame = Frame(face.scale, 400, GROUND)
    scene_defs, backdrop = SCENES[scene]()
    half = f'<g id="h">{_half(frame, face, paint)}</g>'
    shadow = f'<ellipse cx="400" cy="{GROUND - 4}" rx="{frame.length(116)}" ry="20" fill="url(#s)"/>'
    mirrored = '<use href="#h" transform="matrix(-1 0 0 1 800 0)"/>'
    return picture(title, scene_defs + _defs(frame, face, paint), backdrop + shadow + half + mirrored + _middle(frame, face))


def _defs(frame: Frame, face: Face, paint: str) -> str:
    roof, belt = GROUND - face.roof * frame.scale, GROUND - face.belt * frame.scale
    turn = (belt - roof) / (GROUND - roof)
    stops = [
        (0, lighter(paint, 0.5)),
        (turn, lighter(paint, 0.38)),
        (turn + 0.14, lighter(paint, 0.06)),
        (turn + 0.3, darker(paint, 0.12)),
        (turn + 0.42, lighter(paint, 0.04)),
        (0.95, darker(paint, 0.5)),
    ]
    return (
        vertical("p", roof, GROUND, stops)
        + vertical("g", roof, belt, [(0, "#8fa3b1"), (0.55, "#4b5a66"), (1, "#1d252c")])
        + vertical("l", belt, GROUND, [(0, "#ffffff"), (0.5, "#b9c6d0")])
        + radial("s", [(0, "#05070acc"), (0.6, "#05070a77"), (1, "#05070a00")])
    )


def _half(frame: Frame, face: Face, paint: str) -> str:
    inner, outer, height = face.tyre
    tyre = f"M{inner} 2C{inner} 0 {outer} 0 {outer} 2L{outer} {height}L{inner} {height}Z"
    floor = f"M0 20L{outer - 8} 20L{outer - 8} 40L0 40Z"
    gap = darker(paint, 0.65)
    pane = f"M0 {face.belt - 2}L{face.belt * 0.12:.0f} {face.belt - 2}L44 {face.roof}L26 {face.roof}Z"
    return "".join(
        [
            shape(frame.path(floor), "#0d0f11"),
            shape(frame.path(tyre), "#1a1c1f"),
            line(frame.path(f"M{inner + 5} 4L{inner + 5} {height}M{outer - 6} 4L{outer - 6} {height}"), "#383c41", 2),
            shape(frame.path(face.mirror), lighter(paint, 0.1), f' stroke="{gap}"'),
            shape(frame.path(face.outline), "url(#p)"),
            shape(frame.path(face.windscreen), "url(#g)", ' stroke="#14171a" stroke-width="3"'),
            shape(frame.path(pane), "#fff", opacity(0.08)),
            line(frame.path(face.bonnet), gap, 2.2, opacity(0.55)),
            shape(frame.path(face.intake), "#15181b"),
            shape(frame.path(face.grille), "#101316", ' stroke="#aeb6bd" stroke-width="3"'),
            line(frame.path(face.bars), "#7d868e", 2.5),
            shape(frame.path(face.headlamp), "url(#l)", ' stroke="#2a3138" stroke-width="3"'),
        ]
    )


def _middle(frame: Frame, face: Face) -> str:
    """Steering wheel and seats behind the glass, the badge and the number plate."""
    y = face.belt
    seats = "".join(
        f"M{x - 18} {y + 1}C{x - 18} {y + 22} {x - 14} {y + 29} {x} {y + 29}"
        f"C{x + 14} {y + 29} {x + 18} {y + 22} {x + 18} {y + 1}Z"
        for x in (-36, 36)
    )
    wheel = f"M20 {y + 1}C22 {y + 20} 50 {y + 20} 52 {y + 1}"
    top = float(frame.y(float(face.grille.split("L")[0].split()[1])))
    plate_y = frame.y(face.belt * 0.47)
    return (
        shape(frame.path(seats), "#0e1215", opacity(0.5))
        + line(frame.path(wheel), "#0b0e10", 5, opacity(0.7))
        + f'<circle cx="400" cy="{top + 14:.0f}" r="9" fill="#dfe4e8" stroke="#6d757c" stroke-width="2"/>'
        + f'<rect x="356" y="{plate_y}" width="88" height="26" rx="4" fill="#f4f5f2" stroke="#8d949a"/>'
        + line(f"M372 {float(plate_y) + 13:.0f}H428", "#51606e", 4)
    )
