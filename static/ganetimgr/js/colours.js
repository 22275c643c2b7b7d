// Runs before anything is drawn, so that no page flashes in the other colours.
(function () {
  "use strict";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = /(?:^|; )colours=(auto|light|dark)/.exec(document.cookie);

  function draw() {
    const colours = root.dataset.colours;
    const dark = colours === "dark" || (colours === "auto" && system.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
  }

  root.classList.add("js");
  if (chosen) root.dataset.colours = chosen[1];
  draw();
  system.addEventListener("change", draw);
  window.drawColours = draw;
})();
