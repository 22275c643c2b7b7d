// Numbers and times of charts, as the page's language writes them. charts.js uses them.

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const DECIMAL = ["", "k", "M", "G", "T", "P"];
const MINUTE = 60, DAY = 86400, MONTH = 28 * DAY;
const language = document.documentElement.lang || "en";

function scaled(base, names, suffix) {
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  return (value) => {
    let size = 0;
    for (; Math.abs(value) >= base && size < names.length - 1; size++) value /= base;
    return `${number.format(value)} ${names[size]}${suffix}`.trimEnd();
  };
}

function numberFormat(unit = "") {
  const bytes = scaled(1024, BINARY, "");
  if (unit === "bytes") return bytes;
  if (unit === "bytes/s") return scaled(1024, BINARY, "/s");
  if (unit === "bits/s") return scaled(1000, DECIMAL, "bit/s");
  if (unit === "MiB") return (value) => bytes(value * 2 ** 20);
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const gap = unit && unit !== "%" ? "\u00a0" : "";
  return (value) => `${number.format(value)}${gap}${unit}`;
}

// Steps of the axis: powers of two for bytes, so that it says 512 MiB and not 477 MiB.
function steps(unit) {
  if (!["bytes", "bytes/s", "MiB"].includes(unit)) return undefined;
  return Array.from({ length: 60 }, (_, power) => 2 ** (power - 4));
}

function timeFormat(zone, options) {
  return new Intl.DateTimeFormat(language, { timeZone: zone, hourCycle: "h23", ...options });
}

function timeFormats(zone) {
  const full = { dateStyle: "medium", timeStyle: "short" };
  const format = {
    full: timeFormat(zone, full),
    second: timeFormat(zone, { timeStyle: "medium" }),
    minute: timeFormat(zone, { hour: "2-digit", minute: "2-digit" }),
    day: timeFormat(zone, { day: "numeric", month: "short" }),
    month: timeFormat(zone, { month: "short", year: "numeric" }),
  };
  const tick = (date, step) => {
    if (step < MINUTE) return format.second.format(date);
    const minute = format.minute.format(date);
    if (step < DAY && minute !== "00:00") return minute;
    return (step < MONTH ? format.day : format.month).format(date);
  };
  return {
    full: (seconds) => format.full.format(new Date(seconds * 1000)),
    tick: (seconds, step) => tick(new Date(seconds * 1000), step),
  };
}

// Not exported: an import names a file without the hash that makes browsers load a new version.
window.chartFormats = { numberFormat, steps, timeFormats };
