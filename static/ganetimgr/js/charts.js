// Charts, drawn by uPlot when they come into view. Load them with "_chart_assets.html".
//
//   <figure class="chart" data-chart-source="memory-data" data-chart-group="stats"
//       data-chart-zone="Europe/Athens" data-chart-time="Time"
//       data-chart-empty="No data." data-chart-failed="The data can't be loaded.">
//     <figcaption>Memory</figcaption>
//     <details class="chart-table">
//       <summary>Table</summary>
//       <div class="chart-rows" tabindex="0"><table class="plain"></table></div>
//     </details>
//   </figure>
//   <script type="application/json" id="memory-data">…</script>     ({{ data|json_script:"memory-data" }})
//
// data-chart-source  a URL (with a slash) or the id of a script element; change it to draw other data
// data-chart-group   charts with the same group move their cursor and their zoom together
// data-chart-zone    time zone of what is shown; without it, the browser's
// The table is filled when it is opened, unless the server has filled it. "_chart.html" writes all this.
//
// The data: {"kind": "line", "unit": "%", "times": [1700000000, …],
//            "series": [{"label": "CPU", "values": [1.5, null, …], "colour": 2, "dashed": true}]}
// kind    "line", "bars" or "stacked" (areas); bars of several series are stacked
// unit    "bytes", "bytes/s", "MiB", "bits/s", or a text that follows the number, or nothing
// times   seconds since 1970, ascending; values has one for each, null where there is a gap
// error   a text to show instead of the chart; the other keys may then be missing
// colour  1 to 8, --chart-1 to --chart-8 in charts.css; without it, by position. dashed: false if left out
//
// Charts that a script adds are found when it sends "chart:added" to the document. A zoom sends "chart:zoom" there,
// with {group, min, max} in its detail; null after a reset.
// Data is fetched by at most FETCHES requests at a time, and only for charts that are near the view.

const FETCHES = 4;
const NEAR = "400px 0px";
const HEIGHT = 180;
const HOUR = 3600;
const { numberFormat, steps, timeFormats } = window.chartFormats;
const charts = new Map();  // figure → Chart, while it is on the page
const zooms = new Map();  // group → [min, max]

// -- colours, from the page's custom properties

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const seriesColour = (series, place) => `--chart-${series.colour || (place % 8) + 1}`;

// -- data

// Sums from below; the highest is drawn first, so that each covers what is above it.
function stack(times, series) {
  const sums = times.map(() => 0);
  const gaps = times.map((_, at) => series.every((one) => one.values[at] == null));
  const rows = series.map((one) =>
    one.values.map((value, at) => (gaps[at] ? null : (sums[at] += value ?? 0))));
  return rows.reverse();
}

function isEmpty(data) {
  return !data.series.some((one) => one.values.some((value) => value != null));
}

const queue = [];
let fetching = 0;

// Fetch later, unless the chart is far away again by then.
function fetchSoon(chart) {
  if (!queue.includes(chart)) queue.push(chart);
  fetchNext();
}

async function fetchNext() {
  if (fetching >= FETCHES || !queue.length) return;
  const chart = queue.shift();
  if (!chart.near) return fetchNext();
  fetching++;
  const source = (chart.requested = chart.source);
  let data = null;
  try {
    const response = await fetch(source, { headers: { Accept: "application/json" } });
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    if (isJson && !response.redirected) data = await response.json();
  } catch (error) {
    console.info("chart:", source, error.message);
  }
  fetching--;
  if (chart.source === source) chart.receive(data);
  fetchNext();
}

// -- one chart

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.source = figure.dataset.chartSource;
    this.group = figure.dataset.chartGroup;
    this.times = timeFormats(figure.dataset.chartZone || undefined);
    this.place = figure.querySelector(".chart-plot") || this.addPlace();
    const details = figure.querySelector(".chart-table");
    details?.addEventListener("toggle", () => details.open && this.fillTable());
    near.observe(figure);
    sizes.observe(this.place);
  }

  addPlace() {
    const place = document.createElement("div");
    place.className = "chart-plot";
    const caption = this.figure.querySelector("figcaption");
    if (caption) caption.after(place);
    else this.figure.prepend(place);
    return place;
  }

  approach() {
    this.near = true;
    if (this.data) this.draw();
    else if (this.data === undefined) this.load();
  }

  leave() {
    this.near = false;
    if (!this.plot) return;
    this.place.style.minHeight = `${this.place.offsetHeight}px`;
    this.erase();
  }

  load() {
    if (this.requested === this.source) return;
    this.figure.setAttribute("aria-busy", "true");
    if (this.source.includes("/")) return fetchSoon(this);
    const script = document.getElementById(this.source);
    this.receive(script && JSON.parse(script.textContent));
  }

  reload() {
    this.source = this.figure.dataset.chartSource;
    this.data = undefined;
    if (this.near) this.load();
    else this.erase();
  }

  receive(data) {
    this.requested = null;
    if (!this.figure.isConnected) return;
    this.data = data;
    this.format = numberFormat(data?.unit);
    this.figure.removeAttribute("aria-busy");
    this.clearTable();
    if (this.near) this.draw();
  }

  erase() {
    this.plot?.destroy();
    this.plot = null;
  }

  draw() {
    this.erase();
    const { chartEmpty, chartFailed } = this.figure.dataset;
    const message = !this.data ? chartFailed : this.data.error || (isEmpty(this.data) ? chartEmpty : "");
    this.place.replaceChildren();
    this.place.classList.toggle("chart-message", Boolean(message));
    this.place.classList.toggle("chart-sums", this.stacked);
    if (message) this.place.textContent = message;
    else this.plot = new window.uPlot(this.options(), this.rows(), this.place);
    this.place.style.minHeight = "";
    const zoom = zooms.get(this.group);
    if (this.plot && zoom) this.zoom(zoom);
  }

  get stacked() {
    const { kind, series } = this.data || {};
    return kind === "stacked" || (kind === "bars" && series.length > 1);
  }

  rows() {
    const { times, series } = this.data;
    return [times, ...(this.stacked ? stack(times, series) : series.map((one) => one.values))];
  }

  options() {
    const { uPlot } = window;
    const stroke = () => colour("--chart-text");
    const lines = { stroke: () => colour("--chart-line"), width: 1 };
    const { tick } = this.times;
    const zone = this.figure.dataset.chartZone;
    const font = `12px ${getComputedStyle(this.figure).fontFamily}`;
    return {
      width: this.place.clientWidth,
      height: HEIGHT,
      tzDate: zone ? (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone) : undefined,
      scales: {
        x: { range: (_, min, max) => this.span(min, max) },
        y: { range: (_, min, max) => uPlot.rangeNum(Math.min(min ?? 0, 0), max > 0 ? max : 1, 0.1, true) },
      },
      axes: [
        { stroke, font, grid: lines, ticks: lines, space: 64, size: 34,
          values: (_, splits, _axis, _space, step) => splits.map((at) => tick(at, step)) },
        { stroke, font, grid: lines, ticks: lines, space: 26, incrs: steps(this.data.unit),
          size: (_, values) => 16 + 6.6 * Math.max(4, ...(values || []).map((text) => text.length)),
          values: (_, splits) => splits.map(this.format) },
      ],
      series: [{ label: this.figure.dataset.chartTime || "", value: (_, at) => (at == null ? "" : this.times.full(at)) },
        ...this.seriesOptions()],
      legend: { markers: { width: 0, fill: (_, at) => this.inCss(at) } },
      cursor: this.cursor(),
      hooks: { setSelect: [(plot) => this.select(plot)], ready: [(plot) => this.label(plot)] },
    };
  }

  // The data's series behind a series of the plot, whose first is the time.
  at(index) {
    const { series } = this.data;
    return this.stacked ? series.length - index : index - 1;
  }

  inCss(index) {
    const place = this.at(index);
    return index ? `var(${seriesColour(this.data.series[place], place)})` : "none";
  }

  seriesOptions() {
    const { kind, series } = this.data;
    const single = kind === "line" && series.length === 1;
    return series.map((_, index) => {
      const place = this.at(index + 1);
      const { label, values, dashed } = series[place];
      const own = () => colour(seriesColour(series[place], place));
      return {
        label,
        stroke: own,
        width: kind === "bars" ? 0 : 1.5,
        fill: kind === "line" ? (single ? () => `${own()}22` : undefined) : own,
        dash: dashed ? [6, 4] : undefined,
        paths: kind === "bars" ? window.uPlot.paths.bars({ size: [0.7, 48] }) : undefined,
        points: { show: kind === "line" ? undefined : false },
        value: (_plot, _value, _series, at) => (values[at] == null ? "–" : this.format(values[at])),
      };
    });
  }

  // Bars need half of their distance at both ends; a single time, some space around it.
  span(min, max) {
    const { times, kind } = this.data;
    if (min === max) return [min - HOUR, max + HOUR];
    const half = kind === "bars" ? (times.at(-1) - times[0]) / (times.length - 1) / 2 : 0;
    return [min - half, max + half];
  }

  cursor() {
    const moves = (type) => type === "mousemove" || type === "mouseleave";
    return {
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, width: 0, fill: (_, at) => this.inCss(at), show: !this.stacked },
      sync: this.group ? { key: this.group, setSeries: false, scales: ["x", null], filters: { pub: moves } } : undefined,
      bind: { dblclick: () => () => zoomGroup(this, null) },
    };
  }

  select(plot) {
    const { left, width } = plot.select;
    if (width < 5) return;
    const zoom = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    zoomGroup(this, zoom);
  }

  zoom(zoom) {
    if (!this.plot) return;
    const { times } = this.data;
    const [min, max] = zoom || [times[0], times.at(-1)];
    this.plot.setScale("x", { min, max });
  }

  // What is drawn is named for screen readers; the legend keeps the data's order.
  label(plot) {
    const canvas = plot.root.querySelector("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", this.figure.querySelector("figcaption")?.textContent.trim() || "");
    const rows = [...plot.root.querySelectorAll(".u-legend tr")];
    rows.forEach((row, index) => { row.style.order = index ? this.at(index) : rows.length; });
  }

  recolour() {
    this.plot?.redraw();
  }

  resize() {
    const width = this.place.clientWidth;
    if (this.plot && width && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
  }

  // -- table

  clearTable() {
    const table = this.figure.querySelector("table[data-filled]");
    table?.replaceChildren();
    table?.removeAttribute("data-filled");
    const details = this.figure.querySelector(".chart-table");
    if (details?.open) this.fillTable();
  }

  fillTable() {
    const table = this.figure.querySelector(".chart-table table");
    if (!this.data || this.data.error || !table || table.rows.length) return;
    const { times, series } = this.data;
    const head = table.createTHead().insertRow();
    addCell(head, "th", this.figure.dataset.chartTime || "").scope = "col";
    for (const one of series) addCell(head, "th", one.label, "number").scope = "col";
    const body = table.createTBody();
    times.forEach((at, index) => {
      const row = body.insertRow();
      addCell(row, "th", this.times.full(at)).scope = "row";
      for (const { values } of series) {
        addCell(row, "td", values[index] == null ? "–" : this.format(values[index]), "number");
      }
    });
    table.dataset.filled = "";
  }
}

function addCell(row, kind, text, name = "") {
  const cell = document.createElement(kind);
  cell.textContent = text;
  if (name) cell.className = name;
  row.append(cell);
  return cell;
}

// -- all charts

function zoomGroup(chart, zoom) {
  const { group } = chart;
  if (group && zoom) zooms.set(group, zoom);
  else zooms.delete(group);
  for (const other of charts.values()) {
    if (other === chart || (group && other.group === group)) other.zoom(zoom);
  }
  const [min, max] = zoom || [null, null];
  document.dispatchEvent(new CustomEvent("chart:zoom", { detail: { group, min, max } }));
}

const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const chart = charts.get(target);
    if (isIntersecting) chart?.approach();
    else chart?.leave();
  }
}, { rootMargin: NEAR });

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) charts.get(target.closest(".chart"))?.resize();
});

const sources = new MutationObserver((changes) => {
  for (const { target } of changes) charts.get(target)?.reload();
});

function findCharts() {
  for (const [figure, chart] of charts) {
    if (figure.isConnected) continue;
    chart.erase();
    near.unobserve(figure);
    sizes.unobserve(chart.place);
    charts.delete(figure);
  }
  for (const figure of document.querySelectorAll("figure.chart[data-chart-source]")) {
    if (!charts.has(figure)) charts.set(figure, new Chart(figure));
  }
}

new MutationObserver(() => {
  for (const chart of charts.values()) chart.recolour();
}).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

sources.observe(document.body, { attributeFilter: ["data-chart-source"], subtree: true });
document.body.addEventListener("htmx:afterSettle", findCharts);
document.addEventListener("chart:added", findCharts);
findCharts();
