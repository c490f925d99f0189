// What the theme leaves out for readers with a screen reader or a keyboard.
document.addEventListener("DOMContentLoaded", () => {
  for (const caption of document.querySelectorAll('.caption[role="heading"]')) {
    caption.setAttribute("aria-level", "2");
  }
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
  // Parameters of a long signature stand below each other: that is no list of definitions.
  for (const below of document.querySelectorAll("dt.sig dl")) below.setAttribute("role", "none");
  // What scrolls must be reachable by keyboard.
  for (const wide of document.querySelectorAll("pre, .table-wrapper")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  }
});
