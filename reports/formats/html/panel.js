// What a cell has to say, shown beside the grid.

const panel = ui("panel");
let origin = null;
// Whether the address closed the panel: it then says already what is shown.
let following = false;

const chip = (verdict) => make("span", { class: `chip v ${verdict}` }, verdict);

/* A sentence with what stands in backticks as code. */
function prose(text) {
  return text.split("`").map((part, number, all) =>
    number % 2 && number < all.length - 1 ? make("code", {}, ...wholeWords(part)) : part);
}

/* Short words with hyphens are one piece, as in the rest of the page. */
function wholeWords(code) {
  return code.split(/(\s+)/).map((word) =>
    word.includes("-") && word.length <= 32 ? make("span", { class: "whole" }, word) : word);
}

function snippet(text) {
  const button = make("button", { type: "button", class: "copy" }, "Copy");
  return make("div", { class: "snippet" }, make("pre", {}, text), button);
}

function titled(title, text) {
  return text ? [make("h4", {}, title), make("pre", {}, text)] : [];
}

function folded(title, ...children) {
  return make("details", {}, make("summary", {}, title), ...children);
}

function rows(pairs) {
  const lines = pairs.map(([name, value]) =>
    make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value)));
  return make("table", {}, make("tbody", {}, ...lines));
}

/* What a cause means stands at the end of the page: a copy of that, without its address. */
function about(cause) {
  const copy = document.getElementById(`cause:${cause}`).cloneNode(true);
  copy.removeAttribute("id");
  return folded("About this cause", copy);
}

function diagnosis(found, text) {
  const subject = text(found.subject);
  const parts = [
    make("p", {}, ...prose(text(found.explanation))),
    ...found.alternatives.map((other) => make("p", {}, ...prose(`Or: ${text(other)}`))),
    make("p", { class: "cause" }, text(found.named), ...(subject ? [": ", make("code", {}, subject)] : [])),
    about(found.cause),
    ...titled("Evidence", text(found.evidence)),
  ];
  if (found.remedies.length) parts.push(make("h4", {}, "What makes it load"));
  for (const remedy of found.remedies) {
    const mark = remedy.verified ? make("span", { class: "verified" }, "verified in this run") : null;
    parts.push(make("p", {}, ...prose(text(remedy.text)), mark));
    if (remedy.snippet !== null) parts.push(snippet(text(remedy.snippet)));
  }
  return parts;
}

function difference(found, text) {
  const names = { output: "Output", compared_with: "Compared with", largest: "Largest difference", explanation: "Explanation" };
  const pairs = Object.entries(names).filter(([name]) => name in found).map(([name, title]) => [title, text(found[name])]);
  return [make("h4", {}, "Difference"), rows(pairs)];
}

const doing = { import: "importing", load: "loading", run: "running", compare: "comparing outputs" };
const failures = {
  fails: "failed", crashed: "crashed", "timed-out": "timed out", "out-of-memory": "ran out of memory",
};

// Verdicts of which there is nothing to measure.
const unseen = { predicted: "not measured", "not-applicable": "not tried" };

/* How far a check came: "failed while loading", "last stage: run". */
function reached(found) {
  const failure = failures[found.verdict];
  return failure ? `${failure} while ${doing[found.stage] || found.stage}` : `last stage: ${found.stage}`;
}

function check(found, text) {
  const parts = [];
  const reason = text(found.reason);
  const variant = text(found.variant);
  parts.push(make("h3", {}, make("span", {}, variant ? `${found.loader}, ${variant}` : found.loader), chip(found.verdict)));
  const facts = unseen[found.verdict] ? [unseen[found.verdict]] : [reached(found), `${found.seconds} s`];
  if (found.peak) facts.push(`peak memory ${found.peak} MB`);
  if (found.mark) facts.push(found.mark);
  if ("prediction" in found) facts.push(text(found.prediction));
  parts.push(make("p", { class: "facts" }, ...facts.map((fact) => make("span", {}, fact))));
  if (found.diagnosis) parts.push(...diagnosis(found.diagnosis, text));
  else if (reason && !found.error) parts.push(make("p", {}, ...prose(reason)));
  if (found.difference) parts.push(...difference(found.difference, text));
  if (found.error) {
    parts.push(...titled(text(found.error.type) || "Error", text(found.error.message)));
    for (const link of found.chain || []) parts.push(...titled(`Caused by ${text(link.type)}`, text(link.message)));
    if ("traceback" in found.error) parts.push(folded("Traceback", make("pre", {}, text(found.error.traceback))));
  }
  if (found.ending) {
    parts.push(make("p", {}, `Process ended: ${text(found.ending.detail)}`));
    parts.push(...titled("Last output", text(found.ending.log)));
  }
  return make("section", {}, ...parts);
}

// On the page of many models they are in a file of their own.
const lost = "What was installed here is in models/environments.js, which is missing beside this page, cannot be read or is of another report.";

function environment(cell) {
  const known = stored("/environments")[cell.environment];
  const seen = known || {};
  const packages = Object.entries(seen.packages || {}).sort();
  const others = Object.entries(seen).filter(([, value]) => typeof value === "string");
  return make("section", {},
    make("h3", {}, "Environment"),
    rows([["Python", cell.python], ["Keras", cell.keras],
      ...(cell.measured ? [["Reused, measured on", cell.measured]] : []),
      ...(cell.isolation ? [["Isolation", cell.isolation]] : []), ...others.filter(([name]) => name !== "python")]),
    packages.length ? folded(`${packages.length} packages`, rows(packages)) : null,
    cell.environment && !known ? make("p", { class: "note" }, lost) : null);
}

function parts(hash) {
  const path = hash.slice(1).split("?")[0].split("/").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { key: path[0], id: path[1], loader: path[2] };
}

function anchor(key, id, loader) {
  const entry = models.get(key);
  bring(entry);
  const href = `#${key}/${id}${loader ? `/${loader}` : ""}`;
  const link = [...entry.table.querySelectorAll(".one a")].find((one) => one.getAttribute("href") === href);
  if (!link || link.offsetParent) return link;
  // It is folded away: the row of its range stands for it.
  const row = link.closest("tr");
  const range = row.classList.contains("folded") && rangeOf(row);
  return range ? cellAt(range, columnOf(link.closest("th, td"))).querySelector("a, .fold") : link;
}

function step(model, cell, loader, by) {
  const there = model.cells.filter((one) => !loader || one.checks.some((found) => found.loader === loader));
  const next = there[there.indexOf(cell) + by];
  const title = by < 0 ? "Older" : "Newer";
  const button = make("button", { type: "button", "data-step": by, title: next ? next.id : "" }, title);
  button.disabled = !next;
  if (next) button.addEventListener("click", () => {
    const { key } = parts(location.hash);
    history.replaceState(null, "", address(key, next.id, loader));
    open();
    const again = panel.querySelector(`[data-step="${by}"]`);
    (again.disabled ? panel.querySelector(".close") : again).focus();
  });
  return button;
}

function fill(model, cell, loader) {
  // A model that was loaded by itself has its own texts.
  const { lines, texts } = model.texts || stored("/texts");
  const text = (number) => (texts[number] || []).map((line) => lines[line]).join("\n");
  const checks = cell.checks.filter((found) => !loader || found.loader === loader);
  const close = make("button", { type: "button", class: "close" }, "Close");
  close.addEventListener("click", () => panel.close());
  const title = loader ? `${loader} in ${cell.id}` : `TensorFlow ${cell.id}`;
  panel.replaceChildren(
    make("header", {},
      make("h2", { id: "ui:panel-title", tabindex: "-1", autofocus: "" }, title),
      step(model, cell, loader, -1), step(model, cell, loader, 1),
      make("button", { type: "button", class: "link" }, "Copy link"), close,
      make("p", {}, model.name)),
    ...checks.map((found) => check(found, text)),
    environment(cell));
  panel.scrollTop = 0;
}

function mark(link) {
  for (const old of document.querySelectorAll(".grid .current")) old.classList.remove("current");
  if (link) link.classList.add("current");
}

/* An address may be that of another report: what it names and this one lacks is said. */
function tellMissing(key, id, loader) {
  // Other parts of the page have addresses too, such as causes.
  if (!key || document.getElementById(key) && !models.has(key)) tell("", "");
  else if (!models.has(key)) tell(key, "this report");
  else {
    const { name, cells } = stored(key);
    const cell = cells.find((one) => one.id === id);
    if (id && !cell) tell(id, `the results of ${name}`);
    else tell(cell && loader ? loader : "", `${id} of ${name}`);
  }
}

// What the address names is shown: `#model/cell` or `#model/cell/loader`.
function open() {
  const { key, id, loader } = parts(location.hash);
  const model = key && id ? stored(key) : null;
  const cell = model && model.cells.find((one) => one.id === id);
  const known = cell && (!loader || cell.checks.some((found) => found.loader === loader));
  tellMissing(key, id, known ? "" : loader);
  if (!known) {
    if (panel.open) {
      following = true;
      panel.close();
    }
    return;
  }
  fill(model, cell, loader);
  const link = anchor(key, id, loader);
  mark(link);
  const active = document.activeElement;
  origin = !panel.open && active && active.closest(".grid") ? active : link;
  if (!panel.open) panel.showModal();
  // The page makes room for the panel, and the cell stays in sight.
  if (link) link.scrollIntoView({ block: "nearest", inline: "nearest" });
}

panel.addEventListener("close", () => {
  const { key, id } = parts(location.hash);
  const itself = !following;
  following = false;
  // It may have been opened for another cell in the meantime.
  if (panel.open) return;
  if (id && itself) history.pushState(null, "", address(key));
  mark(null);
  if (origin) origin.focus();
});
panel.addEventListener("click", (event) => {
  const { left, top } = panel.getBoundingClientRect();
  if (event.target === panel && (event.clientX < left || event.clientY < top)) panel.close();
});
addEventListener("hashchange", open);
addEventListener("popstate", open);
document.addEventListener("click", (event) => {
  // The same address again makes no hashchange.
  const link = event.target.closest(".grid a");
  if (link && link.hash.split("?")[0] === location.hash.split("?")[0]) open();
});
