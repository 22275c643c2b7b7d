// The list of machines: what is picked, and actions that turn their row alone.

const picks = () => document.querySelectorAll("#rows tbody .pick input");

function count() {
  const all = picks();
  const picked = [...all].filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-picked]")) place.textContent = picked;
  const head = document.getElementById("pick-all");
  if (!head) return;
  head.checked = picked > 0 && picked === all.length;
  head.indeterminate = picked > 0 && picked < all.length;
}

document.addEventListener("change", (event) => {
  if (event.target.id === "pick-all") {
    for (const box of picks()) box.checked = event.target.checked;
  }
  count();
});
document.addEventListener("reset", () => setTimeout(count));
document.body.addEventListener("htmx:afterSettle", count);

// A row keeps its tick when it is drawn anew.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const box = event.detail.target.querySelector?.(":scope > .pick input:checked");
  if (box && event.detail.target.matches("tr")) {
    event.detail.serverResponse = event.detail.serverResponse.replace(
      'type="checkbox"', 'type="checkbox" checked');
  }
});

// Without this the same button posts the whole form and comes back to the list.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.matches("[data-row]")) return;
  event.preventDefault();
  button.disabled = true;
  const row = button.closest("tr");
  window.htmx.ajax("POST", button.formAction, { source: row, target: row, swap: "outerHTML" });
});

count();
