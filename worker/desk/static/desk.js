// What pages do better with JavaScript: keys, new articles, relative order of focus. Without it nothing is missing.
"use strict";

const items = () => [...document.querySelectorAll("li.item")];
let here = -1;

function go(step) {
  const all = items();
  if (!all.length) return;
  all[here]?.classList.remove("here");
  here = Math.min(Math.max(here + step, 0), all.length - 1);
  all[here].classList.add("here");
  all[here].scrollIntoView({ block: "nearest" });
  all[here].querySelector("h2 a").focus({ preventScroll: true });
}

function open() {
  const link = (items()[here] ?? document).querySelector("h2 a");
  if (here >= 0 && link) link.click();
}

function toFilters() {
  const filters = document.getElementById("filters");
  const first = filters?.querySelector(".facet a");
  (first ?? filters)?.focus();
}

const keys = {
  j: () => go(1),
  k: () => go(-1),
  o: open,
  f: toFilters,
  "/": () => document.getElementById("search")?.select(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  const writes = event.target.closest("input, textarea, select, [contenteditable]");
  if (writes || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});

function listen(box) {
  const query = new URLSearchParams(location.search);
  query.delete("after");
  query.set("from", box.dataset.from);
  const source = new EventSource("/now/events?" + query);
  source.addEventListener("arrived", (event) => {
    const { count } = JSON.parse(event.data);
    box.querySelector("a").textContent = (count === 1 ? box.dataset.one : box.dataset.many).replace("N", count);
    box.hidden = false;
    document.title = document.title.replace(/^(\(\d+\) )?/, `(${count}) `);
  });
  addEventListener("pagehide", () => source.close());
}

const box = document.getElementById("new");
if (box) listen(box);

for (const field of document.querySelectorAll("[data-submits]")) field.addEventListener("change", () => field.form.requestSubmit());
