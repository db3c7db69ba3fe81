// Before anything is drawn: no light flash for whoever has chosen dark.
(() => {
  let chosen = "auto";
  try {
    chosen = JSON.parse(localStorage.getItem("_x_adminTheme")) || "auto";
  } catch {
    // nothing kept, or not allowed to keep
  }
  const isDark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.add(isDark ? "dark" : "light");
})();
