// What the other parts share: elements, data, copying, themes.
// What a model had a say in becomes text nodes; only the page's own escaped markup is ever parsed.

const ui = (name) => document.getElementById(`ui:${name}`);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

function set(element, hidden) {
  if (element && element.hidden !== hidden) element.hidden = hidden;
}

// --- Data: a model's is read when the first of its cells is opened.

const read = new Map();

function stored(key) {
  if (!read.has(key)) {
    const element = document.getElementById(`data:${key}`);
    read.set(key, element && JSON.parse(element.textContent));
  }
  return read.get(key);
}

const index = stored("/index");
let current = null;

/* Of the groups of obstacles those stay that are wanted; what folds others has a number of them. */
function filterGroups(isWanted) {
  const part = ui("obstacles");
  if (!part) return;
  const groups = [...part.querySelectorAll("li")];
  for (const group of groups) set(group, !isWanted(group));
  const others = part.querySelector("details");
  const left = others ? others.querySelectorAll("li:not([hidden])").length : 0;
  if (others) {
    others.firstElementChild.textContent = `${left} more group${left === 1 ? "" : "s"}`;
    set(others, !left);
  }
  set(part, groups.every((group) => group.hidden));
}

// --- Addresses: `#model/cell/loader`, and behind a question mark what a page keeps besides.

let kept = () => "";

function address(key, id, loader) {
  return `#${[key, id, loader].filter(Boolean).join("/")}${kept()}`;
}

/* What the address names and the report lacks, as a sentence; empty where it lacks nothing. */
function tell(missing, where) {
  const lost = ui("lost");
  const told = missing ? `${missing.slice(0, 200)} is not in ${where}.` : "";
  if (lost.textContent !== told) lost.textContent = told;
  set(lost, !told);
}

// --- Theme

const themes = ["system", "light", "dark"];
const root = document.documentElement;
const themeButton = ui("theme");

function showTheme() {
  themeButton.textContent = `Theme: ${root.dataset.theme || "system"}`;
}

themeButton.addEventListener("click", () => {
  const next = themes[(themes.indexOf(root.dataset.theme || "system") + 1) % themes.length];
  if (next === "system") delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    localStorage.setItem("loadmatrix-theme", next);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  showTheme();
});
showTheme();

// --- Copying

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages that are not from https have no clipboard of their own.
    const field = make("textarea", { class: "ear" });
    field.value = text;
    (document.querySelector("dialog[open]") || document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy, button.link");
  if (!button) return;
  const label = button.dataset.label || button.textContent;
  button.dataset.label = label;
  await copy(button.classList.contains("link") ? location.href : button.previousElementSibling.textContent);
  button.textContent = "Copied";
  button.focus();
  setTimeout(() => { button.textContent = label; }, 1500);
});
