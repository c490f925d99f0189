// Sections and their grids: brought to life near the reader, arrow keys within them.

// --- Sections: of many models most are one text until a reader comes near.

const models = new Map();

function bring(entry) {
  const later = entry.section.querySelector("noscript");
  if (later) {
    // The same escaped markup that a browser without scripts shows.
    later.insertAdjacentHTML("afterend", later.textContent);
    later.remove();
  }
  if (entry.table) return;
  entry.table = entry.section.querySelector(".grid");
  // What could not be tested has none.
  if (!entry.table) return;
  // In the order of the cells: of a run with companions the table has another.
  entry.rows = [];
  for (const row of entry.table.querySelectorAll(".one")) entry.rows[row.dataset.place] = row;
  entry.ranges = [...entry.table.querySelectorAll(".range")];
  entry.loaders = [...entry.table.tHead.rows[0].cells].slice(4).map((head) => head.textContent);
  entry.reasons = [...entry.section.querySelectorAll(".why")];
  settle(entry.table);
  if (current) filterRows(entry, current);
  makeOrderable(entry);
}

// --- Ranges: neighbouring releases with equal rows are one, which can be unfolded.

function membersOf(range) {
  const members = [];
  for (let row = range.nextElementSibling; row && row.classList.contains("folded"); row = row.nextElementSibling) members.push(row);
  return members;
}

function rangeOf(row) {
  let range = row;
  while (range && !range.classList.contains("range")) range = range.previousElementSibling;
  return range;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".fold");
  if (!button) return;
  const unfold = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(unfold));
  for (const row of membersOf(button.closest("tr"))) row.classList.toggle("open", unfold);
});

// --- Arrow keys: one stop of the Tab key per table, the arrows move within.

const settled = new WeakSet();
const stops = "tbody a, tbody .fold";

function settle(table) {
  if (settled.has(table)) return;
  settled.add(table);
  const links = table.querySelectorAll(stops);
  for (const [number, link] of links.entries()) link.tabIndex = number ? -1 : 0;
}

const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// The place of a cell in its row, and the cell at a place: one may span several columns.
function columnOf(cell) {
  let column = 0;
  for (let left = cell.previousElementSibling; left; left = left.previousElementSibling) column += left.colSpan;
  return column;
}

function cellAt(row, column) {
  let end = 0;
  return [...row.cells].find((cell) => (end += cell.colSpan) > column);
}

function neighbour(link, [down, right]) {
  let row = link.closest("tr");
  let place = link.closest("th, td");
  const column = columnOf(place);
  for (;;) {
    if (down) {
      row = down > 0 ? row.nextElementSibling : row.previousElementSibling;
      place = row && cellAt(row, column);
    } else place = right > 0 ? place.nextElementSibling : place.previousElementSibling;
    if (!place) return null;
    const found = !row.hidden && place.querySelector("a, .fold");
    if (found && found.offsetParent) return found;
  }
}

function go(table, link) {
  for (const old of table.querySelectorAll('[tabindex="0"]')) old.tabIndex = -1;
  link.tabIndex = 0;
}

document.addEventListener("keydown", (event) => {
  const link = event.target.closest && event.target.closest(".grid a, .grid .fold");
  const move = moves[event.key];
  if (!link || !move || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const next = neighbour(link, move);
  if (next) next.focus();
});
document.addEventListener("focusin", (event) => {
  const link = event.target.closest(".grid a, .grid .fold");
  if (!link) return;
  const table = link.closest(".grid");
  settle(table);
  go(table, link);
});
