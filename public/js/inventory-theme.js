/**
 * Applies the look that the address asks for before the first paint; docs/embedding.md documents it for dealers. `accent` is a
 * color of 3 or 6 hex digits, `dark` is 1, 0 or auto, `radius` is 0 to 32 pixels, `columns` is 1 to 6. Other values are ignored.
 */
(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search);
  const framed = window.parent !== window;
  // The lightest background of the light scheme is white; that of the dark scheme is its surface.
  const GROUNDS = { light: [255, 255, 255], dark: [26, 29, 26] };
  const BLACK = [0, 0, 0];
  const WHITE = [255, 255, 255];
  const READABLE = 4.5;

  if (framed) root.dataset.framed = "";
  // The page around a frame is nearly always light, whatever the visitor's system prefers.
  const scheme = { 1: "dark", 0: "light", auto: null }[asked.get("dark")];
  const chosen = scheme === undefined ? (framed ? "light" : null) : scheme;
  if (chosen) root.dataset.scheme = chosen;

  const accent = colour(asked.get("accent"));
  if (accent) {
    const black = contrast(accent, BLACK) > contrast(accent, WHITE);
    set("--accent-fill", hex(accent));
    set("--on-accent", black ? "#000" : "#fff");
    set("--accent-deep", hex(mixed(accent, black ? WHITE : BLACK, 0.15)));
    set("--accent", `light-dark(${hex(readable(accent, "light"))}, ${hex(readable(accent, "dark"))})`);
    set("--accent-wash", "color-mix(in srgb, var(--accent-fill) 12%, var(--surface))");
  }
  const radius = whole(asked.get("radius"), 0, 32);
  if (radius !== null) {
    set("--round", `${radius}px`);
    set("--round-small", `${Math.min(radius, Math.ceil(radius * 0.6))}px`);
  }
  const columns = whole(asked.get("columns"), 1, 6);
  if (columns !== null) {
    set("--columns", String(columns));
    set("--least", "11.5rem");
  }

  function set(name, value) {
    root.style.setProperty(name, value);
  }

  function whole(text, least, most) {
    return /^\d{1,2}$/.test(text ?? "") && Number(text) >= least && Number(text) <= most ? Number(text) : null;
  }

  function colour(text) {
    const digits = /^([\da-f]{3}|[\da-f]{6})$/i.exec(text ?? "")?.[0];
    if (!digits) return null;
    const six = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
    return [0, 2, 4].map((at) => Number.parseInt(six.slice(at, at + 2), 16));
  }

  function hex(rgb) {
    return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
  }

  function mixed(rgb, other, share) {
    return rgb.map((part, index) => part + (other[index] - part) * share);
  }

  /** The color, darkened or lightened until text in it is readable on the background of a scheme. */
  function readable(rgb, on) {
    const pole = on === "light" ? BLACK : WHITE;
    for (let share = 0; share < 1; share += 0.04) {
      const shade = mixed(rgb, pole, share);
      if (contrast(shade, washed(rgb, GROUNDS[on])) >= READABLE) return shade;
    }
    return pole;
  }

  /** A background tinted with the color: the one with the least contrast to text in that color. */
  function washed(rgb, ground) {
    return mixed(ground, rgb, 0.12);
  }

  /** Source: WCAG 2.2, "contrast ratio" and "relative luminance". */
  function contrast(one, other) {
    const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05);
  }

  function luminance(rgb) {
    const [r, g, b] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
})();
