// The order of releases in the table of a model: by release or verdict, kept in the address.

// A hidden field of the filters, so that it comes into the address with them.
const ordered = form && form.elements.order;
// What a click on a head asks for, one after the other; the first is how the table comes.
const orders = { TensorFlow: ["", "-release"], verdict: ["", "verdict", "-verdict"] };
const sortedBy = {
  "": ["TensorFlow", "ascending"], "-release": ["TensorFlow", "descending"],
  verdict: ["verdict", "ascending"], "-verdict": ["verdict", "descending"],
};

/* A range and the releases it stands for stay together. */
function blocksOf(table) {
  const blocks = [];
  for (const row of table.tBodies[0].rows) {
    if (row.classList.contains("folded")) blocks.at(-1).push(row);
    else blocks.push([row]);
  }
  return blocks;
}

function arrange(entry) {
  const by = ordered.value;
  if (entry.order === by) return;
  entry.order = by;
  entry.blocks ||= blocksOf(entry.table);
  const blocks = by === "-release"
    ? entry.blocks.map(([first, ...others]) => (others.length ? [first, ...others.reverse()] : [first])).reverse()
    : [...entry.blocks];
  const rank = ([row]) => Number(row.dataset.rank);
  // Verdicts that are equal stay in the order of releases.
  if (by === "verdict") blocks.sort((one, other) => rank(one) - rank(other));
  if (by === "-verdict") blocks.sort((one, other) => rank(other) - rank(one));
  entry.table.tBodies[0].append(...blocks.flat());
  const [name, direction] = sortedBy[by];
  for (const head of entry.table.tHead.rows[0].cells) {
    if (head.textContent === name) head.setAttribute("aria-sort", direction);
    else head.removeAttribute("aria-sort");
  }
}

/* Without a script the heads are words: only with one they do something. */
function makeOrderable(entry) {
  if (!ordered) return;
  for (const head of entry.table.tHead.rows[0].cells) {
    if (!(head.textContent in orders)) continue;
    const button = make("button", { type: "button", class: "order", title: `Sort by ${head.textContent}` }, head.textContent);
    head.replaceChildren(button);
  }
  arrange(entry);
}

function takeOrder(text) {
  if (ordered) ordered.value = text in sortedBy ? text : "";
}

function arrangeAll() {
  if (ordered) for (const entry of models.values()) if (entry.table) arrange(entry);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".order");
  if (!button) return;
  const turns = orders[button.textContent];
  // The first of another head changes nothing that a reader sees.
  const next = turns.indexOf(ordered.value) + 1 || 1;
  ordered.value = turns[next % turns.length];
  arrangeAll();
  changed();
});
