// What unfold's pages say in expressions that need eval, said here once.
document.addEventListener("alpine:init", () => {
  document.documentElement.classList.remove("dark", "light"); // first.js's: from here on Alpine's
  const KEPT = "sidebarDesktopOpen";

  Alpine.data("theme", theme);
  Alpine.data("searchForm", searchForm);
  Alpine.data("page", () => ({
    activeTab: "general",
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem(KEPT) !== "0",
    toggleSidebar() {
      this.sidebarDesktopOpen = !this.sidebarDesktopOpen;
      localStorage.setItem(KEPT, this.sidebarDesktopOpen ? "1" : "0");
    },
  }));
});

// A copied secret: <button data-copy="#id of the input">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // plain http has no clipboard
  }
  button.textContent = button.dataset.copied;
});
