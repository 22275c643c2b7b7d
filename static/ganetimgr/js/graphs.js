// The graphs of many machines: charts are made when their machine comes near the view.
//
// #graph-templates has the figures of a machine; data-chart-part is what follows
// data-graphs, the address of a machine's data, in the source of a chart.

const NEAR = "800px 0px";

function fill(place) {
  const template = document.getElementById("graph-templates");
  const figures = template.content.cloneNode(true);
  for (const figure of figures.querySelectorAll(".chart")) {
    figure.dataset.chartSource = place.dataset.graphs + figure.dataset.chartPart;
  }
  place.append(figures);
}

const near = new IntersectionObserver((entries) => {
  const arrived = entries.filter(({ isIntersecting }) => isIntersecting);
  for (const { target } of arrived) {
    near.unobserve(target);
    fill(target);
  }
  if (arrived.length) document.dispatchEvent(new Event("chart:added"));
}, { rootMargin: NEAR });

function findMachines() {
  for (const place of document.querySelectorAll("[data-graphs]:not(:has(.chart))")) {
    near.observe(place);
  }
}

document.body.addEventListener("htmx:afterSettle", findMachines);
findMachines();
