// One model of many: its file is loaded when it is opened, and drawn as on the page of one model.

const overview = ui("many");
const opened = ui("opened");
const title = document.title;
const loaded = new Map();
const arriving = new Map();
const environmentsFile = "models/environments.js";
const fileOf = (model) => `models/${model.file}.js`;
let showing = "";
let left = 0;

// Called by the files beside this page.
globalThis.loadmatrixModel = (content) => { arriving.set(`models/${content.key}.js`, content); };
globalThis.loadmatrixEnvironments = (content) => { arriving.set(environmentsFile, content); };

/* What a file hands over, loaded once; null if it hands over nothing. */
function load(file) {
  if (!loaded.has(file)) loaded.set(file, new Promise((resolve) => {
    const script = make("script", { src: file });
    const end = () => {
      script.remove();
      const content = arriving.get(file);
      arriving.delete(file);
      // A file that is put there later is found when a model is opened again.
      if (!content) loaded.delete(file);
      resolve(content || null);
    };
    script.addEventListener("load", end);
    script.addEventListener("error", end);
    document.head.append(script);
  }));
  return loaded.get(file);
}

/* Why a file cannot be shown, as a sentence; empty if it can. */
function refusal(model, content) {
  const file = fileOf(model);
  if (!content) return `The file ${file} is missing beside this page or cannot be read. Keep the folder "models" next to report.html, or create the report again (loadmatrix report, or nox -s report).`;
  if (content.format !== index.format) return `The file ${file} was written by another version of Loadmatrix. Create the report again (loadmatrix report, or nox -s report).`;
  const same = content.sha256.startsWith(model.sha256) && (model.sha256 || !content.sha256);
  return same ? "" : `The file ${file} belongs to another report. Create the report again (loadmatrix report, or nox -s report).`;
}

function neighbourLink(by, text) {
  const at = shown.indexOf(byKey.get(showing));
  const next = at < 0 ? null : shown[at + by];
  const link = make("a", { class: "button" }, text);
  if (next) {
    link.href = address(next.key);
    link.title = next.name;
  } else link.setAttribute("aria-disabled", "true");
  return link;
}

function navigation(model) {
  const back = make("a", { href: `#${kept() || "?"}`, class: "button back" }, "All models");
  const at = shown.indexOf(model);
  const where = at < 0 ? "" : `${(at + 1).toLocaleString("en")} of ${shown.length.toLocaleString("en")}`;
  return make("nav", { "aria-label": "Models" }, back, neighbourLink(-1, "Previous"), neighbourLink(1, "Next"), make("span", {}, where));
}

function untold(model, sentence) {
  const head = make("h2", { id: `name:${model.key}` }, model.name);
  return make("section", { class: "model", id: model.key, "aria-labelledby": `name:${model.key}` },
    head, make("p", { class: "note", role: "alert" }, sentence));
}

/* Files name their model by its place in the list, which may change; addresses do not. */
function readdress(section, model) {
  section.id = model.key;
  const old = `#${model.file}/`;
  for (const link of section.querySelectorAll("a[href]")) {
    const href = link.getAttribute("href");
    if (href.startsWith(old)) link.setAttribute("href", `#${model.key}/${href.slice(old.length)}`);
  }
}

function drawModel(model, content) {
  const why = refusal(model, content);
  const main = make("main", {});
  // The markup is that of our own report, in which everything of a model is escaped.
  if (why) main.append(untold(model, why));
  else main.innerHTML = content.html;
  opened.replaceChildren(navigation(model), main);
  const section = main.querySelector(".model");
  readdress(section, model);
  if (!why && section.querySelector(".grid")) {
    read.set(model.key, content.data);
    models.set(model.key, { section });
    bring(models.get(model.key));
  }
  const name = section.querySelector("h2");
  name.tabIndex = -1;
  if (!panel.open) name.focus({ preventScroll: true });
}

function forget() {
  models.delete(showing);
  read.delete(showing);
}

async function showModel(model) {
  if (!showing) left = scrollY;
  forget();
  showing = model.key;
  const [content, environments] = await Promise.all([load(fileOf(model)), load(environmentsFile)]);
  if (showing !== model.key) return;
  read.set("/environments", environments || {});
  document.title = `${model.name}: TensorFlow compatibility`;
  set(overview, true);
  set(opened, false);
  scrollTo(0, 0);
  drawModel(model, content);
  open();
}

function showAll() {
  if (!showing) return;
  const row = document.getElementById(`row:${showing}`);
  forget();
  showing = "";
  document.title = title;
  opened.replaceChildren();
  set(opened, true);
  set(overview, false);
  scrollTo(0, left);
  const link = row && row.querySelector("a");
  if (link) link.focus({ preventScroll: true });
}
