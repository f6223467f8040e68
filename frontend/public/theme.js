// Sets the theme before the first paint. A file of its own, because the Content-Security-Policy allows no inline script.
(() => {
  let wish = null;
  try {
    wish = localStorage.getItem("carvrooom.theme");
  } catch {
    // Storage may be blocked; then the system's wish holds.
  }
  const isDark = wish === "dark" || (wish !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
})();
