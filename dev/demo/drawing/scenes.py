"""What a car stands in front of. Each scene is (defs, content); the ground line of the car is near y = 470."""

from demo.drawing.canvas import line, opacity, radial, shape, vertical


def showroom() -> tuple[str, str]:
    """A bright hall with a window band and a polished floor."""
    defs = vertical("k", 0, 400, [(0, "#f7f8f9"), (1, "#dde2e6")])
    defs += vertical("f", 400, 600, [(0, "#b9c0c6"), (0.25, "#d3d8dc"), (1, "#eef0f2")])
    panes = "".join(f"M{x} 60h186v236h-186z" for x in (-60, 140, 340, 540, 740))
    content = '<path fill="url(#k)" d="M0 0h800v402H0z"/>'
    content += shape(panes, "#f9fcfe", opacity(0.8))
    content += shape("M0 236Q70 206 150 228T330 214T520 230T700 210T800 226V296H0z", "#c5d3d2", opacity(0.55))
    content += line("M133 60V296M333 60V296M533 60V296M733 60V296", "#c3cad0", 8)
    content += shape("M0 296h800v10H0z", "#c9cfd5")
    content += '<path fill="url(#f)" d="M0 400h800v200H0z"/>' + shape("M0 398h800v4H0z", "#a9b1b8")
    return defs, content


def lot() -> tuple[str, str]:
    """A dealer's lot in daylight, with pennants overhead."""
    defs = vertical("k", 0, 330, [(0, "#8fbbe0"), (1, "#e8f1f6")])
    defs += vertical("f", 380, 600, [(0, "#9aa0a4"), (1, "#72787d")])
    content = '<path fill="url(#k)" d="M0 0h800v390H0z"/>'
    content += shape("M90 128q22-30 58-16q26-30 62-6q34-8 40 22zM530 96q20-24 50-12q30-22 60 4q26 0 30 8z", "#fff", opacity(0.75))
    content += shape("M0 322Q60 286 130 304T260 292T400 310T560 288T700 304T800 290V392H0z", "#7f9c86")
    content += shape("M0 346Q50 326 110 338T240 330T420 342T600 328T800 338V392H0z", "#5f8068")
    content += '<path fill="url(#f)" d="M0 384h800v216H0z"/>' + shape("M0 380h800v7H0z", "#c4c7c8")
    content += shape("M76 388h7L-10 600h-22zM722 388h-7L812 600h22zM396 388h6l4 212h-14z", "#e9ebeb", opacity(0.75))
    content += line("M-10 30Q200 96 400 60T810 36", "#5b6670", 1.5)
    return defs, content + _pennants()


def evening() -> tuple[str, str]:
    """A hill road in the evening."""
    defs = vertical("k", 0, 390, [(0, "#41557c"), (0.55, "#c58f86"), (0.85, "#f1c08f"), (1, "#f7d9a8")])
    defs += vertical("f", 380, 600, [(0, "#6d6a6c"), (1, "#4a494d")])
    content = '<path fill="url(#k)" d="M0 0h800v392H0z"/><circle cx="652" cy="252" r="30" fill="#ffe9c0"' + opacity(0.9) + "/>"
    content += shape("M0 300Q120 220 240 282T460 262T640 318T800 270V400H0z", "#7c6778", opacity(0.75))
    content += shape("M0 350Q160 300 300 338T560 330T800 340V400H0z", "#55505f")
    content += '<path fill="url(#f)" d="M0 384h800v216H0z"/>' + shape("M0 381h800v5H0z", "#9a8f88")
    content += line("M40 556H250M330 556H540M620 556H800", "#d9c9a8", 7, opacity(0.55))
    return defs, content


def studio() -> tuple[str, str]:
    """A photographer's sweep: no horizon, light from above."""
    defs = vertical("k", 0, 600, [(0, "#c9d0d6"), (0.55, "#eceff1"), (0.72, "#dfe3e6"), (1, "#bfc6cb")])
    defs += radial("f", [(0, "#ffffffcc"), (1, "#ffffff00")])
    return (
        defs,
        '<path fill="url(#k)" d="M0 0h800v600H0z"/><ellipse cx="400" cy="220" rx="460" ry="250" fill="url(#f)"/>',
    )


SCENES = [showroom, lot, evening, studio]


def _pennants() -> str:
    colours = ("#c8473f", "#f4f2ec", "#3f6fa8", "#e0a93a")
    out = []
    for place, colour in enumerate(colours):
        d = ""
        for step in range(place, 20, 4):
            x = 14 + step * 40
            d += f"M{x} {_rope(x):.0f}l22 {_rope(x + 22) - _rope(x):.0f}l-9 24z"
        out.append(shape(d, colour))
    return "".join(out)


def _rope(x: float) -> float:
    """Height of the pennant rope at `x`: the curve M-10 30 Q200 96 400 60 T810 36."""
    if x < 400:
        t = (x + 10) / 410
        return (1 - t) ** 2 * 30 + 2 * t * (1 - t) * 96 + t * t * 60
    t = (x - 400) / 410
    return (1 - t) ** 2 * 60 + 2 * t * (1 - t) * 24 + t * t * 36
