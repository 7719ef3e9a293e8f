"""Draws cars as small SVG files: from the side, from the front, the cabin, a wheel.

- `canvas`   colours, gradients, and paths given in centimetres of the car
- `paints`   paint and cabin colours
- `scenes`   what a car stands in front of
- `shapes`   all body styles; `body` says what one consists of, `low_bodies` and `tall_bodies` hold them
- `side`, `front`, `details`   the pictures
- `wheels`   wheels
"""
