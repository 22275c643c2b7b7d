// Parts of a page that follow what happens in Ganeti: htmx asks for them on "live".
//
// Only while the page is visible, so that a forgotten tab costs nothing.

const EVERY_MS = 400;
const asking = new WeakSet();

function ask() {
  if (document.visibilityState !== "visible") return;
  for (const part of document.querySelectorAll("[data-live]")) {
    if (!asking.has(part)) window.htmx.trigger(part, "live");
  }
}

document.body.addEventListener("htmx:beforeRequest", (event) => asking.add(event.detail.elt));
document.body.addEventListener("htmx:afterRequest", (event) => asking.delete(event.detail.elt));

// A log stays at its end while it grows, unless somebody scrolled up to read.
const atEnd = new Map();
document.body.addEventListener("htmx:beforeSwap", () => {
  for (const log of document.querySelectorAll(".log[id]")) {
    atEnd.set(log.id, log.scrollTop + log.clientHeight >= log.scrollHeight - 4 ? -1 : log.scrollTop);
  }
});
document.body.addEventListener("htmx:afterSettle", () => {
  for (const [id, top] of atEnd) {
    const log = document.getElementById(id);
    if (log) log.scrollTop = top < 0 ? log.scrollHeight : top;
  }
  atEnd.clear();
});

setInterval(ask, EVERY_MS);
