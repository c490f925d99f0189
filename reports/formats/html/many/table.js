// The table of the models that are wanted: rows are made as the reader comes to them.

const atOnce = 60;
const place = ui("rows");
const more = ui("more");
let shown = [];
let made = 0;
let body = null;
let columns = [0, 0];

function spanCell(model, { letter, start, count }) {
  if (letter === absent) return make("td", { colspan: count });
  const number = numberOf(letter);
  const [first, last] = [index.cells[start], index.cells[start + count - 1]];
  const label = `${index.said[number]} in ${first === last ? first : `${first} to ${last}`}`;
  const wide = count > 3;
  const link = make("a",
    { href: `#${model.key}/${first}`, "aria-label": label, title: label, tabindex: "-1", class: wide ? "wide" : "" },
    wide ? index.words[number] : "");
  return make("td", { colspan: count, class: index.classes[number] }, link);
}

function standing(model) {
  const [first] = model.stands;
  if (!first) return null;
  const others = model.stands.length - 1;
  const rest = others ? make("span", { class: "others" }, ` (and ${others} more)`) : null;
  return make("p", {}, index.texts[first[1]], ...(rest ? [rest] : []));
}

function rowOf(model) {
  const name = make("th", { scope: "row" },
    make("a", { href: `#${model.key}`, class: "name", tabindex: "-1" }, model.name));
  const works = make("p", {}, make("b", {}, index.texts[model.works]), " ",
    make("span", { class: "format" }, index.formats[model.format]));
  const spans = spansOf(model.verdicts, 0, index.plain);
  const extra = spansOf(model.verdicts, index.plain, columns[1]);
  return make("tr", { id: `row:${model.key}` }, name, make("td", { class: "what" }, works, standing(model)),
    ...[...spans, ...extra].map((span) => spanCell(model, span)));
}

const heads = { name: "Model", works: "Works" };

function sortHead(by) {
  const button = make("button", { type: "button", "data-sort": by }, heads[by]);
  const sorted = order.by === by ? { "aria-sort": order.down ? "descending" : "ascending" } : {};
  return make("th", { scope: "col", ...sorted }, button);
}

function tableOf(want) {
  columns = [index.plain, want.extra || !index.plain ? index.cells.length : index.plain];
  const cells = index.cells.slice(0, columns[1]);
  const names = cells.map((cell, number) =>
    make("th", { scope: "col", class: number < index.plain ? "cell" : "cell other" }, make("span", {}, cell)));
  const table = make("table", { class: "grid many" },
    make("caption", { class: "ear" }, "Models, where they work, and the verdict in each release"),
    make("thead", {}, make("tr", {}, sortHead("name"), sortHead("works"), ...names)));
  body = table.createTBody();
  return table;
}

function addRows() {
  const next = shown.slice(made, made + atOnce);
  body.append(...next.map(rowOf));
  made += next.length;
  const first = body.querySelector("a");
  if (first && !body.querySelector('a[tabindex="0"]')) first.tabIndex = 0;
  const left = shown.length - made;
  set(more, !left);
  more.textContent = `Show ${Math.min(left, atOnce)} more of ${left.toLocaleString("en")}`;
}

function draw(want) {
  shown = chosen(want);
  made = 0;
  const table = tableOf(want);
  place.replaceChildren(table);
  place.classList.toggle("scroll", columns[1] > index.plain && index.plain > 0);
  addRows();
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.setAttribute("aria-pressed", String(pressed[button.dataset.filter] === button.dataset.value));
  }
  ui("count").textContent = `${shown.length.toLocaleString("en")} of ${list.length.toLocaleString("en")} models`;
  form.querySelector("[type=reset]").hidden = !toText({ ...want, sort: "", order: "" });
  set(ui("none"), shown.length > 0);
  set(table, !shown.length);
  // A group that is pressed leaves the others in sight, to press them instead.
  const isWanted = matcher({ ...want, group: "" });
  const wantedGroups = new Set(list.filter(isWanted).flatMap((model) => model.stands.map(([group]) => index.groups[group])));
  filterGroups((group) => wantedGroups.has(group.dataset.group));
}
