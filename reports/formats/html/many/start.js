// What happens when: addresses, filters, sorting, more rows, printing; and the beginning.

let said = null;

kept = () => (said ? `?${said}` : "");

function redraw() {
  const want = wanted();
  said = toText(want);
  draw(want);
}

/* The address follows the filters; a letter typed makes no step in the history. */
function changed() {
  redraw();
  const path = location.hash.slice(1).split("?")[0];
  history.replaceState(null, "", `${location.pathname}${location.search}#${path}${kept()}`);
  // Its links keep what the address keeps.
  if (showing) opened.querySelector("nav").replaceWith(navigation(byKey.get(showing)));
}

/* The page follows the address. One without a question mark keeps the filters. */
function follow() {
  const [path, text] = location.hash.slice(1).split(/\?(.*)/s);
  if (text !== undefined && text !== said) {
    take(text);
    redraw();
  } else if (said) {
    history.replaceState(null, "", `#${path}${kept()}`);
  }
  const { key, id, loader } = parts(location.hash);
  const model = meant(key);
  tell(key && !model && !document.getElementById(key) ? key : "", "this report");
  if (model && model.key !== key) history.replaceState(null, "", address(model.key, id, loader));
  if (!model) showAll();
  else if (model.key !== showing) showModel(model);
}

if (form) {
  let waiting = 0;
  form.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(changed);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => {
    pressed.state = "";
    pressed.group = "";
    changed();
    ui("model").focus();
  }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-filter], [data-sort]");
  if (!button) return;
  const { filter, value, sort } = button.dataset;
  if (filter) pressed[filter] = pressed[filter] === value ? "" : value;
  if (sort) {
    // Up, down, and as in the list again.
    const again = order.by === sort;
    order.by = again && order.down ? "" : sort;
    order.down = again && !order.down;
  }
  changed();
  // The table is far below the numbers and the groups.
  if (filter && pressed[filter]) form.scrollIntoView();
  if (sort) place.querySelector(`[data-sort="${sort}"]`).focus();
});

addEventListener("beforeprint", () => {
  while (made < shown.length) addRows();
});

if (form) {
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  more.addEventListener("click", () => {
    const last = body.rows.length;
    addRows();
    // They may have come by scrolling already.
    if (body.rows[last]) body.rows[last].querySelector("a").focus();
  });
  new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting) && made < shown.length) addRows();
  }, { rootMargin: "800px" }).observe(more);
  take(location.hash.split(/\?(.*)/s)[1] || "");
  redraw();
  follow();
}
