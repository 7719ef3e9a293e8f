/* Sets light or dark before the first paint: the choice made at the desk, or else the preference of the system. */
(() => {
  try {
    const chosen = JSON.parse(localStorage.getItem("carlot.scheme"));
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.scheme = chosen;
  } catch {
    // The browser stores nothing for this page.
  }
})();
