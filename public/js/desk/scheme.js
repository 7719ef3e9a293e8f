/* Before the first paint: light or dark, as chosen in the desk, else as the system prefers. */
(() => {
  try {
    const chosen = JSON.parse(localStorage.getItem("carlot.scheme"));
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.scheme = chosen;
  } catch {
    // The browser keeps nothing for this page.
  }
})();
