// Printing, and the beginning: when all parts are there.

// --- Print: what is folded is printed too.

addEventListener("beforeprint", () => {
  for (const entry of models.values()) bring(entry);
  for (const one of document.querySelectorAll(".why:not([open])")) {
    one.dataset.folded = "";
    one.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const one of document.querySelectorAll("[data-folded]")) {
    delete one.dataset.folded;
    one.open = false;
  }
});

// --- Begin

const rowsByKey = new Map();
for (const row of document.querySelectorAll("[data-model]")) {
  rowsByKey.set(row.dataset.model, [...(rowsByKey.get(row.dataset.model) || []), row]);
}
for (const { key, name, lines } of index.models) {
  const section = document.getElementById(key);
  models.set(key, { section, lines, lower: name.toLowerCase(), places: rowsByKey.get(key) || [] });
}
const near = new IntersectionObserver((seen) => {
  for (const one of seen) if (one.isIntersecting) {
    near.unobserve(one.target);
    bring(models.get(one.target.id));
  }
}, { rootMargin: "600px" });
for (const { section } of models.values()) near.observe(section);
const nearTable = new IntersectionObserver((seen) => {
  for (const one of seen) if (one.isIntersecting) settle(one.target.querySelector(".grid"));
}, { rootMargin: "600px" });
for (const chunk of document.querySelectorAll(".chunk")) nearTable.observe(chunk);
if (form) {
  take(location.hash.split(/\?(.*)/s)[1] || "");
  filter();
}
open();
// A browser looks for the whole of the address, filters included.
const { key: wantedModel, id: wantedCell } = parts(location.hash);
if (said && wantedModel && !wantedCell && models.has(wantedModel)) models.get(wantedModel).section.scrollIntoView();
