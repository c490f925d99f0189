// What is shown: by model, verdict, loader, and whether something stands beside TensorFlow.

const form = ui("filters");

function wanted() {
  const data = new FormData(form);
  const model = ui("model");
  const numbers = (name, all) => new Set(data.getAll(name).map((value) => all.indexOf(value)));
  return {
    name: model ? model.value.trim().toLowerCase() : "",
    verdicts: numbers("verdict", index.words),
    loaders: numbers("loader", index.loaders),
    plain: data.has("plain"),
  };
}

// Whether a cell has one of the verdicts wanted, in one of the loaders wanted.
function matches([plain, verdict, ...checks], want) {
  if (want.plain && !plain) return false;
  const found = want.loaders.size ? checks.filter((_, number) => want.loaders.has(number)) : [verdict, ...checks];
  return found.some((word) => word >= 0 && (!want.verdicts.size || want.verdicts.has(word)));
}

const asksForCells = (want) => want.verdicts.size > 0 || want.loaders.size > 0 || want.plain;

function filterRows(entry, want) {
  entry.rows.forEach((row, number) => set(row, !matches(entry.lines[number], want)));
  entry.loaders.forEach((loader, number) => {
    const hidden = want.loaders.size > 0 && !want.loaders.has(index.loaders.indexOf(loader));
    entry.table.classList.toggle(`hide-${number + 5}`, hidden);
  });
  for (const range of entry.ranges) set(range, membersOf(range)[0].hidden);
  for (const reason of entry.reasons) {
    const verdict = index.words.indexOf(reason.dataset.verdict);
    const loaders = reason.dataset.loaders.split(" ").filter(Boolean).map((name) => index.loaders.indexOf(name));
    // Without a loader it holds for all of them.
    const other = loaders.length > 0 && want.loaders.size > 0 && !loaders.some((loader) => want.loaders.has(loader));
    set(reason, other || (want.verdicts.size > 0 && !want.verdicts.has(verdict)));
  }
}

function filter() {
  current = wanted();
  let cells = 0;
  let shown = 0;
  let all = 0;
  for (const entry of models.values()) {
    all += entry.lines.length;
    const named = entry.lower.includes(current.name);
    const found = named ? entry.lines.filter((line) => matches(line, current)).length : 0;
    if (found && entry.table) filterRows(entry, current);
    // What could not be tested has no cells, and is hidden only by what asks for some.
    entry.wanted = found > 0 || (named && !entry.lines.length && !asksForCells(current));
    for (const place of [entry.section, ...entry.places]) set(place, !entry.wanted);
    cells += found;
    shown += entry.wanted;
  }
  filterGroups((group) => group.dataset.models.split(" ").some((key) => models.get(key).wanted));
  for (const chunk of document.querySelectorAll(".chunk")) {
    set(chunk, ![...chunk.querySelectorAll("tbody tr")].some((row) => !row.hidden));
  }
  for (const part of document.querySelectorAll(".overview:not(.groups)")) set(part, !shown);
  const of = models.size > 1 ? `, ${shown} of ${models.size} models` : "";
  ui("count").textContent = `${cells} of ${all} cells${of}`;
  const nothing = !current.name && !asksForCells(current);
  form.querySelector("[type=reset]").hidden = nothing;
  set(ui("none"), shown > 0);
}

// --- The address: `#model/cell?verdict=fails,crashed&loader=keras`

let said = "";
kept = () => (said ? `?${said}` : "");

function toText() {
  const data = new FormData(form);
  const text = new URLSearchParams();
  for (const name of new Set(data.keys())) {
    const value = data.getAll(name).join(",").trim();
    if (value) text.set(name, value);
  }
  return String(text);
}

/* The filters as an address has them; what it names and the page lacks is passed over. */
function take(text) {
  const wants = new URLSearchParams(text);
  for (const field of form.elements) {
    const value = wants.get(field.name) || "";
    if (field.type === "checkbox") field.checked = value.split(",").includes(field.value);
    else if (field.type === "search") field.value = value;
  }
  takeOrder(wants.get("order") || "");
  arrangeAll();
  said = toText();
}

/* The address follows the filters; a letter typed makes no step in the history. */
function changed() {
  filter();
  said = toText();
  const path = location.hash.slice(1).split("?")[0];
  history.replaceState(null, "", `${location.pathname}${location.search}#${path}${kept()}`);
}

/* The page follows the address. One without a question mark keeps the filters. */
function follow() {
  const [path, text] = location.hash.slice(1).split(/\?(.*)/s);
  if (text !== undefined && text !== said) {
    take(text);
    filter();
  } else if (text === undefined && said) {
    history.replaceState(null, "", `#${path}${kept()}`);
  }
}

if (form) {
  let waiting = 0;
  form.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(changed);
  });
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => {
    changed();
    (ui("model") || form.querySelector("input")).focus();
  }));
}
