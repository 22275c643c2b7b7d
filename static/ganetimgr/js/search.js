// The search of the top bar suggests while the user types: ARIA's combobox with a listbox.

const WAIT_MS = 150;

const form = document.querySelector("[data-search]");
if (form) connect(form);

function connect(form) {
  const input = form.querySelector("input");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[data-search-status]");
  let timer;
  let request;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-haspopup", "listbox");
  close();

  const options = () => [...list.querySelectorAll("[role=option]")];
  const active = () => list.querySelector("[aria-selected=true]");

  function open() {
    list.hidden = !list.childElementCount;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  }

  // Whatever was asked before is outdated.
  function cancel() {
    clearTimeout(timer);
    request?.abort();
  }

  function clear() {
    cancel();
    list.replaceChildren();
    status.textContent = "";
    close();
  }

  function activate(option) {
    active()?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  // Beyond the last suggestion comes the first.
  function move(step) {
    const all = options();
    if (!all.length) return;
    const at = all.indexOf(active());
    const next = at < 0 && step < 0 ? all.length - 1 : at + step;
    activate(all[(next + all.length) % all.length]);
  }

  async function suggest() {
    const text = input.value.trim();
    if (!text) return;
    request = new AbortController();
    const url = `${form.action}?${new URLSearchParams({ q: text })}`;
    try {
      const headers = { "HX-Request": "true" };
      const response = await fetch(url, { headers, signal: request.signal });
      // Who was logged out elsewhere gets the login page.
      if (!response.ok || response.redirected) return clear();
      list.innerHTML = await response.text();
    } catch {
      return; // the next key tries again, and Enter always leads to the page
    }
    close();
    if (document.activeElement !== input) return;
    open();
    status.textContent = list.querySelector("[data-status]")?.textContent ?? "";
  }

  input.addEventListener("input", () => {
    cancel();
    if (input.value.trim()) timer = setTimeout(suggest, WAIT_MS);
    else clear();
  });
  input.addEventListener("focus", () => options().length && open());
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  form.addEventListener("submit", cancel);

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden && active()) {
      event.preventDefault();
      active().click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
}
