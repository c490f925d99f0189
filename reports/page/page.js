"use strict";
// The page is whole without this: filters, the panel of a cell, copying, themes, arrow keys.
// What a model had a say in becomes text nodes; only the page's own escaped markup is ever parsed.
(() => {
  const ui = (name) => document.getElementById(`ui:${name}`);

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
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
    entry.rows = [...entry.table.tBodies[0].rows];
    entry.loaders = [...entry.table.tHead.rows[0].cells].slice(4).map((head) => head.textContent);
    entry.reasons = [...entry.section.querySelectorAll(".why")];
    settle(entry.table);
    if (current) filterRows(entry, current);
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

  // --- The panel of a cell

  const panel = ui("panel");
  let origin = null;

  const words = (name) => name.replaceAll("_", " ");
  const chip = (verdict) => make("span", { class: `chip v ${verdict}` }, verdict);

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

  function diagnosis(found, text) {
    const subject = text(found.subject);
    const parts = [
      make("p", {}, text(found.explanation)),
      make("p", { class: "cause" }, words(found.cause), ...(subject ? [": ", make("code", {}, subject)] : [])),
      ...titled("Evidence", text(found.evidence)),
    ];
    if (found.remedies.length) parts.push(make("h4", {}, "What makes it load"));
    for (const remedy of found.remedies) {
      const mark = remedy.verified ? make("span", { class: "verified" }, "verified in this run") : null;
      parts.push(make("p", {}, text(remedy.text), mark));
      if (remedy.snippet !== null) parts.push(snippet(text(remedy.snippet)));
    }
    return parts;
  }

  function difference(found, text) {
    const names = { output: "Output", compared_with: "Compared with", largest: "Largest difference", explanation: "How" };
    const pairs = Object.entries(names).filter(([name]) => name in found).map(([name, title]) => [title, text(found[name])]);
    return [make("h4", {}, "How it differs"), rows(pairs)];
  }

  function check(found, text) {
    const parts = [];
    const reason = text(found.reason);
    const variant = text(found.variant);
    parts.push(make("h3", {}, make("span", {}, variant ? `${found.loader}, ${variant}` : found.loader), chip(found.verdict)));
    const facts = [`came to stage ${found.stage}`, `${found.seconds} s`];
    if (found.peak) facts.push(`${found.peak} MB at most`);
    parts.push(make("p", { class: "facts" }, ...facts.map((fact) => make("span", {}, fact))));
    if (found.diagnosis) parts.push(...diagnosis(found.diagnosis, text));
    else if (reason && !found.error) parts.push(make("p", {}, reason));
    if (found.difference) parts.push(...difference(found.difference, text));
    if (found.error) {
      parts.push(...titled(text(found.error.type) || "Error", text(found.error.message)));
      for (const link of found.chain || []) parts.push(...titled(`Because of ${text(link.type)}`, text(link.message)));
      if ("traceback" in found.error) parts.push(folded("Traceback", make("pre", {}, text(found.error.traceback))));
    }
    if (found.ending) {
      parts.push(make("p", {}, `It ended with: ${text(found.ending.detail)}`));
      parts.push(...titled("The last it wrote", text(found.ending.log)));
    }
    return make("section", {}, ...parts);
  }

  function environment(cell) {
    const seen = stored("/environments")[cell.environment] || {};
    const packages = Object.entries(seen.packages || {}).sort();
    const others = Object.entries(seen).filter(([, value]) => typeof value === "string");
    return make("section", {},
      make("h3", {}, "Environment"),
      rows([["Python", cell.python], ["Keras", cell.keras], ...others.filter(([name]) => name !== "python")]),
      packages.length ? folded(`${packages.length} packages`, rows(packages)) : null);
  }

  function parts(hash) {
    const path = hash.slice(1).split("/").map((part) => {
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
    return [...entry.table.querySelectorAll("a")].find((link) => link.getAttribute("href") === href);
  }

  function step(model, cell, loader, by) {
    const there = model.cells.filter((one) => !loader || one.checks.some((found) => found.loader === loader));
    const next = there[there.indexOf(cell) + by];
    const title = by < 0 ? "Older" : "Newer";
    const button = make("button", { type: "button", "data-step": by, title: next ? next.id : "" }, title);
    button.disabled = !next;
    if (next) button.addEventListener("click", () => {
      const { key } = parts(location.hash);
      history.replaceState(null, "", `#${key}/${next.id}${loader ? `/${loader}` : ""}`);
      open();
      const again = panel.querySelector(`[data-step="${by}"]`);
      (again.disabled ? panel.querySelector(".close") : again).focus();
    });
    return button;
  }

  function fill(model, cell, loader) {
    const { lines, texts } = stored("/texts");
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
    for (const old of document.querySelectorAll(".grid a.current")) old.classList.remove("current");
    if (link) link.classList.add("current");
  }

  // What the address names is shown: `#model/cell` or `#model/cell/loader`.
  function open() {
    const { key, id, loader } = parts(location.hash);
    const model = key && id ? stored(key) : null;
    const cell = model && model.cells.find((one) => one.id === id);
    if (!cell || (loader && !cell.checks.some((found) => found.loader === loader))) {
      if (panel.open) panel.close();
      return;
    }
    fill(model, cell, loader);
    const link = anchor(key, id, loader);
    mark(link);
    if (panel.open) {
      origin = link;
      return;
    }
    const active = document.activeElement;
    origin = active && active.closest(".grid") ? active : link;
    if (link && origin === link) link.scrollIntoView({ block: "nearest" });
    panel.showModal();
  }

  panel.addEventListener("close", () => {
    const { key, id } = parts(location.hash);
    if (id) history.pushState(null, "", `#${key}`);
    mark(null);
    if (origin) origin.focus();
  });
  panel.addEventListener("click", (event) => {
    if (event.target === panel && event.clientX < panel.getBoundingClientRect().left) panel.close();
  });
  addEventListener("hashchange", open);
  addEventListener("popstate", open);
  document.addEventListener("click", (event) => {
    // The same address again makes no hashchange.
    const link = event.target.closest(".grid a");
    if (link && link.hash === location.hash) open();
  });

  // --- Arrow keys: one stop of the Tab key per table, the arrows move within.

  const settled = new WeakSet();

  function settle(table) {
    if (settled.has(table)) return;
    settled.add(table);
    const links = table.querySelectorAll("tbody a");
    for (const [number, link] of links.entries()) link.tabIndex = number ? -1 : 0;
  }

  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function neighbour(link, [down, right]) {
    let row = link.closest("tr");
    let column = link.closest("th, td").cellIndex;
    for (;;) {
      if (down) row = down > 0 ? row.nextElementSibling : row.previousElementSibling;
      else column += right;
      const place = row && row.cells[column];
      if (!place) return null;
      const found = !row.hidden && place.querySelector("a");
      if (found && found.offsetParent) return found;
    }
  }

  function go(table, link) {
    for (const old of table.querySelectorAll('a[tabindex="0"]')) old.tabIndex = -1;
    link.tabIndex = 0;
  }

  document.addEventListener("keydown", (event) => {
    const link = event.target.closest && event.target.closest(".grid a");
    const move = moves[event.key];
    if (!link || !move || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const next = neighbour(link, move);
    if (next) next.focus();
  });
  document.addEventListener("focusin", (event) => {
    const link = event.target.closest(".grid a");
    if (!link) return;
    const table = link.closest(".grid");
    settle(table);
    go(table, link);
  });

  // --- Filters

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

  function set(element, hidden) {
    if (element && element.hidden !== hidden) element.hidden = hidden;
  }

  // Whether a cell has one of the verdicts wanted, in one of the loaders wanted.
  function matches([plain, verdict, ...checks], want) {
    if (want.plain && !plain) return false;
    const found = want.loaders.size ? checks.filter((_, number) => want.loaders.has(number)) : [verdict, ...checks];
    return found.some((word) => word >= 0 && (!want.verdicts.size || want.verdicts.has(word)));
  }

  function filterRows(entry, want) {
    entry.rows.forEach((row, number) => set(row, !matches(entry.lines[number], want)));
    entry.loaders.forEach((loader, number) => {
      const hidden = want.loaders.size > 0 && !want.loaders.has(index.loaders.indexOf(loader));
      entry.table.classList.toggle(`hide-${number + 5}`, hidden);
    });
    for (const reason of entry.reasons) {
      const verdict = index.words.indexOf(reason.dataset.verdict);
      const loader = index.loaders.indexOf(reason.dataset.loader);
      // Without a loader it holds for all of them.
      const other = loader >= 0 && want.loaders.size > 0 && !want.loaders.has(loader);
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
      set(entry.section, !found);
      set(entry.beside, !found);
      cells += found;
      shown += found > 0;
    }
    for (const chunk of document.querySelectorAll(".chunk")) {
      set(chunk, ![...chunk.querySelectorAll("tbody tr")].some((row) => !row.hidden));
    }
    const of = models.size > 1 ? `, ${shown} of ${models.size} models` : "";
    ui("count").textContent = `${cells} of ${all} cells${of}`;
    const nothing = !current.name && !current.verdicts.size && !current.loaders.size && !current.plain;
    form.querySelector("[type=reset]").hidden = nothing;
    set(ui("none"), cells > 0);
  }

  if (form) {
    let waiting = 0;
    form.addEventListener("input", () => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(filter);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => {
      filter();
      (ui("model") || form.querySelector("input")).focus();
    }));
  }

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

  const beside = document.querySelectorAll(".overview tbody tr");
  for (const [number, { key, name, lines }] of index.models.entries()) {
    const section = document.getElementById(key);
    models.set(key, { section, lines, lower: name.toLowerCase(), beside: beside[number] });
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
  if (form) filter();
  open();
})();
