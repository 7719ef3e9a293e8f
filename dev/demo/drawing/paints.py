"""Paint and cabin colours, by the names that file names use."""

PAINTS = {
    "white": "#eceff1",
    "silver": "#b9bfc5",
    "gray": "#6b737b",
    "black": "#22262b",
    "red": "#b3202a",
    "burgundy": "#6b1c2c",
    "orange": "#d2641e",
    "yellow": "#e2b01f",
    "sand": "#bfae8f",
    "green": "#2f5a45",
    "blue": "#2a67ad",
    "navy": "#22385f",
    "teal": "#2c7f86",
}

CABINS = {
    "black": "#2b2d30",
    "gray": "#74787d",
    "beige": "#c3b298",
    "brown": "#7a5238",
    "red": "#8c2a2a",
}
