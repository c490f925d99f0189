// What the reader wants to see: the filters and the order, kept in the address.

const form = ui("filters");
const pressed = { state: "", group: "" };
const order = { by: "", down: false };

function wanted() {
  const data = form ? new FormData(form) : new FormData();
  const one = (name) => String(data.get(name) || "").trim();
  return {
    q: one("q"), format: one("format"), in: one("in"), verdict: data.getAll("verdict"),
    cause: one("cause"), extra: one("extra"), ...pressed,
    order: one("order"), sort: order.by ? (order.down ? "-" : "") + order.by : "",
  };
}

/* As it stands in the address: only what is wanted. */
function toText(want) {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(want)) if (value.length) said.set(name, String(value));
  return String(said);
}

/* The filters as an address has them; what it names and the page lacks is passed over. */
function take(text) {
  const said = new URLSearchParams(text);
  const verdicts = (said.get("verdict") || "").split(",");
  for (const field of form ? form.elements : []) {
    const value = said.get(field.name) || "";
    if (field.type === "checkbox") field.checked = field.name === "verdict" ? verdicts.includes(field.value) : Boolean(value);
    else if (field.tagName === "SELECT") {
      field.value = value;
      if (field.selectedIndex < 0) field.value = "";
    } else if (field.type === "search") field.value = value;
  }
  pressed.state = index.states.includes(said.get("state")) ? said.get("state") : "";
  pressed.group = index.groups.includes(said.get("group")) ? said.get("group") : "";
  const by = said.get("sort") || "";
  order.down = by.startsWith("-");
  order.by = by.replace(/^-/, "");
  if (!(order.by in sorters)) order.by = "";
  takeOrder(said.get("order") || "");
  arrangeAll();
}

const byName = new Intl.Collator("en", { numeric: true });
const sorters = {
  name: (one, other) => byName.compare(one.name, other.name),
  works: (one, other) => other.reach - one.reach,
};

/* Whether a model is wanted, as a function that is made once for all of them. */
function matcher(want) {
  const q = want.q.toLowerCase();
  const format = want.format ? index.formats.indexOf(want.format) : -1;
  const state = index.states.indexOf(want.state);
  const letters = new Set(want.verdict.flatMap(lettersOf));
  const place = want.in ? index.cells.indexOf(want.in) : -1;
  const groups = new Set();
  index.groups.forEach((group, number) => {
    if (want.group ? group === want.group : want.cause && index.causes[number] === want.cause) groups.add(number);
  });
  const end = want.extra ? index.cells.length : index.plain || index.cells.length;
  return (model) => {
    if (q && !model.lower.includes(q)) return false;
    if (format >= 0 && model.format !== format) return false;
    if (state >= 0 && model.state !== state) return false;
    if (want.cause && want.group && !model.stands.some(([group]) => index.causes[group] === want.cause)) return false;
    if ((want.group || want.cause) && !model.stands.some(([group]) => groups.has(group))) return false;
    if (place >= 0) {
      const letter = model.verdicts[place];
      return letters.size ? letters.has(letter) : letter !== absent;
    }
    return !letters.size || [...model.verdicts.slice(0, end)].some((letter) => letters.has(letter));
  };
}

function chosen(want) {
  const shown = list.filter(matcher(want));
  if (order.by === "works") for (const model of shown) model.reach ??= reach(model);
  if (order.by) shown.sort(sorters[order.by]);
  if (order.by && order.down) shown.reverse();
  return shown;
}
