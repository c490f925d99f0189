"use strict";
// Before anything is painted: scripts are at work, and the theme chosen last time.
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("loadmatrix-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Pages from disk may have no storage; the system's theme is right then.
}
