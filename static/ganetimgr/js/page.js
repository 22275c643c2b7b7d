// What every page does beside what its links and forms do by themselves.

const SUCCESS_STAYS_MS = 7000;

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.getElementById("search");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// Colours change at once; the cookie is what the server draws the next page by.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-colours-form]")) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `colours=${chosen}; path=/; max-age=31536000; samesite=lax${secure}`;
  document.documentElement.dataset.colours = chosen;
  window.drawColours();
  for (const button of event.target.querySelectorAll("button")) {
    if (button === event.submitter) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
});

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close) close.closest(".notice").remove();
});

// The menu of jobs asks for news while it is open; closed, it is empty.
document.addEventListener("hidden.bs.dropdown", (event) => {
  event.target.closest(".jobs-menu")?.querySelector(".dropdown-menu").replaceChildren();
});

// Good news leaves by itself, unless somebody reads it; the rest stays until closed.
function letGo(notice) {
  setTimeout(() => {
    if (notice.matches(":hover, :focus-within")) letGo(notice);
    else notice.remove();
  }, SUCCESS_STAYS_MS);
}

function letGoOfGoodNews() {
  for (const notice of document.querySelectorAll(".notice-success, .notice-info")) {
    if (notice.dataset.seen) continue;
    notice.dataset.seen = "yes";
    letGo(notice);
  }
}

letGoOfGoodNews();
document.body.addEventListener("htmx:afterSettle", letGoOfGoodNews);
document.body.addEventListener("htmx:oobAfterSwap", letGoOfGoodNews);

// A site that does not answer says so once, and again only after it did.
let silent = false;
document.body.addEventListener("htmx:sendError", () => {
  document.documentElement.classList.toggle("offline", (silent = true));
});
document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  // What is shown is not true any more: not allowed, or gone.
  if (status === 403 || status === 404) location.reload();
  else document.documentElement.classList.toggle("offline", (silent = true));
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (silent && event.detail.successful) {
    document.documentElement.classList.toggle("offline", (silent = false));
  }
});

// Who was logged out elsewhere is asked to log in, not shown a form inside a table.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const path = new URL(event.detail.xhr.responseURL || location.href).pathname;
  if (path.endsWith("/accounts/login/")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
