// "Report a problem" opens the form of Jira's issue collector, whose script is loaded
// when somebody first asks for it. Jira calls triggerFunction with what opens the form.

const LOADS_WITHIN_MS = 15000;

const button = document.querySelector("[data-helpdesk]");
let show = null;
let timer;

button?.addEventListener("click", () => {
  if (show) show();
  else load();
});

function load() {
  busy(true);
  window.ATL_JQ_PAGE_PROPS = { triggerFunction, fieldValues: fieldValues(), environment: environment() };
  const script = document.createElement("script");
  script.src = button.dataset.helpdesk;
  script.addEventListener("error", () => fail(script));
  timer = setTimeout(() => fail(script), LOADS_WITHIN_MS);
  document.head.append(script);
}

function triggerFunction(showDialog) {
  show = () => showDialog();
  busy(false);
  show();
}

// What is known is filled in; the service's own values come last.
function fieldValues() {
  const { name, email, fields } = button.dataset;
  const known = { fullname: name, email };
  return { ...known, ...JSON.parse(fields) };
}

function environment() {
  return { Page: location.href, User: button.dataset.username, Language: document.documentElement.lang };
}

function busy(is) {
  clearTimeout(timer);
  button.disabled = is;
  button.setAttribute("aria-busy", String(is));
}

function fail(script) {
  script.remove();
  busy(false);
  const notice = document.querySelector("[data-helpdesk-failed]").content.cloneNode(true);
  document.getElementById("notices").append(notice);
}
