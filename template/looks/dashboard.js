"use strict";
// Filters and unfolding. Without this script the page shows everything, unfolded.
(() => {
  const by = (id) => document.getElementById(id);
  document.documentElement.classList.remove("loading");
  const form = by("filters");
  if (!form) return;
  form.hidden = false;
  const words = JSON.parse(by("words").textContent);
  const fields = Object.fromEntries(["q", "a", "r", "s", "v"].map((id) => [id, by(id)]));
  const say = (key, facts) => words[key].replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));
  const plain = (text) => text.normalize("NFKC").toLowerCase();

  const rows = Array.from(document.querySelectorAll("tr.f"), (row) => {
    const button = row.querySelector("button.open");
    const more = button ? row.nextElementSibling : null;
    const groups = more ? Array.from(more.querySelectorAll(".g")) : [];
    return {
      row, button, more, text: null, out: false, verdict: row.dataset.v, agency: row.dataset.a ?? "",
      groups: groups.map((node) => ({
        node, out: false, rule: node.dataset.r, severity: node.dataset.s, count: Number(node.dataset.n),
      })),
    };
  });

  const names = new Map();
  for (const item of rows) {
    if (item.agency !== "" && !names.has(item.agency)) {
      names.set(item.agency, item.row.querySelector(".who").textContent);
    }
  }
  const order = new Intl.Collator("zh").compare;
  for (const [number, name] of [...names].sort((one, other) => order(one[1], other[1]))) {
    fields.a.add(new Option(name, number));
  }

  const textOf = (item) => {
    if (item.text === null) {
      const keys = item.more ? Array.from(item.more.querySelectorAll("code, .keys"), (node) => node.textContent) : [];
      item.text = plain([item.row.textContent, ...keys].join(" "));
    }
    return item.text;
  };

  const unfold = (item, open) => {
    if (!item.button) return;
    item.button.setAttribute("aria-expanded", String(open));
    item.more.classList.toggle("unfolded", open);
  };

  const leave = (thing, node, out) => {
    if (thing.out !== out) node.classList.toggle("out", out);
    thing.out = out;
  };

  const apply = () => {
    const asked = plain(fields.q.value).split(/\s+/).filter(Boolean);
    const { a: { value: agency }, r: { value: rule }, s: { value: severity }, v: { value: verdict } } = fields;
    const narrow = Boolean(rule || severity);
    let files = 0, findings = 0;
    for (const item of rows) {
      let count = 0;
      for (const group of item.groups) {
        const fits = (!rule || group.rule === rule) && (!severity || group.severity === severity);
        leave(group, group.node, !fits);
        if (fits) count += group.count;
      }
      const fits = (!verdict || item.verdict === verdict) && (!agency || item.agency === agency)
        && (!narrow || count > 0) && asked.every((word) => textOf(item).includes(word));
      if (item.more && item.out === fits) item.more.classList.toggle("out", !fits);
      leave(item, item.row, !fits);
      if (fits) {
        files += 1;
        findings += count;
      }
    }
    by("list").classList.toggle("narrow", narrow);
    by("list").hidden = files === 0;
    by("status").textContent = files
      ? say("matches", { files, all: rows.length, findings }) + (narrow ? words.narrowed : "")
      : say("no-matches", { all: rows.length });
  };

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  };
  const shown = () => rows.filter((item) => !item.out);

  for (const item of rows) {
    unfold(item, false);
    item.button?.addEventListener("click", () => unfold(item, !item.more.classList.contains("unfolded")));
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("change", apply);
  fields.q.addEventListener("input", soon);
  by("unfold").addEventListener("click", () => shown().forEach((item) => unfold(item, true)));
  by("fold").addEventListener("click", () => shown().forEach((item) => unfold(item, false)));

  // A figure asks for its own files: the other filters are cleared, so that its number is what is then listed.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href='#files']");
    if (!link || link.classList.contains("skip") || !Object.keys(link.dataset).length) return;
    event.preventDefault();
    for (const id of Object.keys(fields)) fields[id].value = link.dataset["set" + id.toUpperCase()] ?? "";
    apply();
    const found = shown();
    if (fields.r.value && found.length <= 3) found.forEach((item) => unfold(item, true));
    by("files-head").focus({ preventScroll: true });
    by("files").scrollIntoView();
  });

  // Beside Tab, the arrow keys walk over the figures of the heat map.
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  document.querySelector("table.heat")?.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    let cell = event.target.closest("td, th");
    if (!step || !cell || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const lines = event.currentTarget.rows;
    let row = cell.parentElement.rowIndex, column = cell.cellIndex;
    do {
      row += step[0];
      column += step[1];
      cell = lines[row]?.cells[column];
    } while (cell && !cell.querySelector("a"));
    cell?.querySelector("a").focus();
  });

  apply();
})();
