"""Pictures of a cabin and of a wheel."""

from math import sqrt

from demo.drawing.canvas import darker, lighter, line, opacity, picture, radial, shape, vertical
from demo.drawing.wheels import glint, wheel


def cabin_view(title: str, leather: str) -> str:
    """Dashboard and front seats in `leather` (`#rrggbb`), seen from the back seat, as a whole SVG file."""
    defs = (
        vertical("k", 0, 230, [(0, "#9cc3e0"), (1, "#f0f5f7")])
        + vertical("d", 190, 420, [(0, "#3b3f44"), (1, "#1b1d20")])
        + vertical("e", 300, 600, [(0, lighter(leather, 0.22)), (1, darker(leather, 0.45))])
        + vertical("o", 236, 330, [(0, "#1c3a55"), (1, "#0c1620")])
    )
    outside = '<path fill="url(#k)" d="M0 0h800v260H0z"/>' + shape("M0 176Q160 128 320 168T600 152T800 172V250H0z", "#7f9c86")
    outside += shape("M0 206H800V260H0z", "#8b9196")
    pillars = shape("M0 0H800V34Q400 6 0 34z", "#d8d6d1") + shape(
        "M0 0L54 0L120 214L0 250zM800 0L746 0L680 214L800 250z", "#c2c0bb"
    )
    mirror = line("M400 14V48", "#2b2e32", 8) + shape(
        "M338 44Q400 34 462 44Q468 72 456 80Q400 86 344 80Q332 72 338 44z", "#1c1f22"
    )
    mirror += shape("M346 50Q400 42 454 50Q458 68 450 74Q400 79 350 74Q342 68 346 50z", "#a9c2d2")
    dash = shape("M0 232Q120 196 400 204T800 232V600H0z", "url(#d)")
    dash += shape("M0 318Q200 296 400 300T800 318V364Q600 344 400 346T0 364z", leather) + line(
        "M0 318Q200 296 400 300T800 318", lighter(leather, 0.35), 2, opacity(0.6)
    )
    vents = "".join(f"M{x} 268h84v24h-84z" for x in (24, 506, 692))
    dash += shape(vents, "#0d0f11") + line("M30 276h72M30 284h72M512 276h72M512 284h72M698 276h72M698 284h72", "#4b5157", 2)
    screen = '<rect x="312" y="226" width="176" height="104" rx="9" fill="#0b0d0f"/>'
    screen += '<rect x="319" y="233" width="162" height="90" rx="5" fill="url(#o)"/>'
    screen += line("M330 316L372 280L396 292L430 254L470 246", "#58b7e8", 4) + '<circle cx="430" cy="254" r="6" fill="#fff"/>'
    return picture(title, defs, outside + pillars + mirror + dash + screen + _steering() + _console() + _seats(leather))


def _steering() -> str:
    dials = '<path fill="#0b0d0f" d="M92 282Q104 232 188 230T286 282z"/>'
    dials += '<circle cx="150" cy="270" r="24" fill="none" stroke="#9aa3ab" stroke-width="3"/>'
    dials += '<circle cx="228" cy="270" r="24" fill="none" stroke="#9aa3ab" stroke-width="3"/>'
    dials += line("M150 270L136 256M228 270L244 260", "#e4572e", 3)
    rim = '<ellipse cx="190" cy="352" rx="118" ry="108" fill="none" stroke="#15171a" stroke-width="22"/>'
    rim += '<ellipse cx="190" cy="350" rx="118" ry="107" fill="none" stroke="#4a4f55" stroke-width="3"' + opacity(0.8) + "/>"
    hub = shape(
        "M84 344Q134 322 146 326Q190 314 234 326Q246 322 296 344L292 362Q250 356 240 384Q226 402 204 404"
        "L200 452H180L176 404Q154 402 140 384Q130 356 88 362z",
        "#212428",
    )
    return dials + rim + hub + '<circle cx="190" cy="358" r="20" fill="#2d3136" stroke="#aab2b9" stroke-width="3"/>'


def _console() -> str:
    body = shape("M322 352Q400 344 478 352L516 600H284z", "#212428") + shape("M346 372h108l6 34H340z", "#0d0f11")
    knobs = "".join(
        f'<circle cx="{x}" cy="389" r="10" fill="#3b4046" stroke="#9aa3ab" stroke-width="2"/>' for x in (362, 400, 438)
    )
    lever = (
        shape("M388 430Q400 420 412 430L408 500H392z", "#101214") + '<ellipse cx="400" cy="436" rx="19" ry="24" fill="#3a3f45"/>'
    )
    return body + knobs + lever + line("M392 428Q400 420 408 428", "#d9dee2", 3) + shape("M340 520h120l10 60H330z", "#16181b")


def _seats(leather: str) -> str:
    seam = darker(leather, 0.4)
    seat = (
        shape("M-30 600Q-34 470 20 436Q104 410 190 436Q240 470 236 600z", "url(#e)", f' stroke="{seam}" stroke-width="2"')
        + shape(
            "M48 446Q50 372 66 362Q104 350 144 362Q160 372 162 446Q104 424 48 446z",
            "url(#e)",
            f' stroke="{seam}" stroke-width="2"',
        )
        + line("M44 600Q40 500 62 448M166 600Q170 500 150 448", seam, 2.5)
        + line("M58 372Q104 354 152 372", "#fff", 2, opacity(0.3))
    )
    return f'<g id="t" transform="translate(-14 20)">{seat}</g><use href="#t" transform="matrix(-1 0 0 1 800 0)"/>'


def wheel_view(title: str, paint: str, rim: str) -> str:
    """A front wheel and the panel around it in `paint` (`#rrggbb`), as a whole SVG file."""
    arch, middle = 226, 352
    reach = sqrt(arch**2 - (470 - middle) ** 2)
    defs = (
        vertical(
            "p",
            0,
            470,
            [
                (0, lighter(paint, 0.5)),
                (0.24, lighter(paint, 0.2)),
                (0.3, lighter(paint, 0.4)),
                (0.55, paint),
                (1, darker(paint, 0.5)),
            ],
        )
        + vertical("r", -200, 200, [(0, "#f6f7f8"), (0.5, "#b4bac0"), (1, "#757c83")])
        + vertical("f", 470, 600, [(0, "#5d6266"), (1, "#8d9296")])
        + radial("s", [(0, "#05070add"), (0.6, "#05070a88"), (1, "#05070a00")])
    )
    left, right = 390 - reach, 390 + reach
    panel = f"M0 0H800V470H{right:.0f}A{arch} {arch} 0 1 0 {left:.0f} 470H0z"
    content = '<path fill="#0d0f11" d="M100 110h600v390H100z"/><path fill="url(#f)" d="M0 478h800v122H0z"/>'
    content += '<ellipse cx="390" cy="548" rx="380" ry="34" fill="url(#s)"/>' + shape(panel, "url(#p)")
    content += line("M0 104Q300 70 800 96", "#fff", 4, opacity(0.5)) + line("M0 112Q300 78 800 104", "#05070a", 3, opacity(0.25))
    content += line("M668 92C664 200 690 300 706 470", darker(paint, 0.7), 4, opacity(0.7))
    content += line(f"M{left - 4:.0f} 470A{arch + 5} {arch + 5} 0 1 1 {right + 4:.0f} 470", lighter(paint, 0.35), 3, opacity(0.6))
    content += shape("M0 0H150L0 120z", "#fff", opacity(0.16)) + shape("M0 470H800V484H0z", "#17191c", opacity(0.85))
    return picture(title, defs, content + f'<g transform="translate(390 352)">{wheel(196, rim)}{glint(196)}</g>')
