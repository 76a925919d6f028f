"use strict";
(() => {
  const runs = JSON.parse(document.getElementById("runs").textContent);
  const byId = (id) => document.getElementById(id);
  const pageSize = 100;
  const columns = [
    { key: "start", name: "Start (UTC)" }, { key: "benchmark", name: "Benchmark" }, { key: "gpu", name: "GPU" },
    { key: "elapsed_seconds", name: "Time (s)", digits: 4 }, { key: "energy_joules", name: "Energy (J)", digits: 5 },
    { key: "half_width_joules", name: "\u00b1 (J)", digits: 2 }, { key: "emissions_grams", name: "gCO2", digits: 4 },
    { key: "score_seconds", name: "Score (s)", digits: 5 }, { key: "joules_per_work", name: "J per work", digits: 4 },
    { key: "outcome", name: "Outcome" },
  ];
  const state = { search: "", benchmark: "", gpu: "", outcome: "", sort: "start", down: true, shown: pageSize, picked: [], figure: "energy_joules" };

  for (const run of runs) {
    run.gpu = (run.gpu_count > 1 ? run.gpu_count + " x " : "") + (run.gpu_name || "");
    run.text = [run.run_id, run.benchmark, run.gpu, run.start, run.outcome, run.host, run.why_unknown].join(" ").toLowerCase();
    run.outcome = run.outcome || run.why_unknown || "";
  }

  const known = (value) => value !== null && value !== undefined && value !== "";
  const formats = [];  // by decimals: making one takes longer than a row of the table
  const number = (value, digits) => {
    if (!known(value)) return "";
    const size = Math.abs(value);
    const decimals = size === 0 ? 0 : Math.min(12, Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
    formats[decimals] ??= new Intl.NumberFormat("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return formats[decimals].format(value);
  };
  // As many digits of an energy as its half-width gives meaning to.
  const energyDigits = (run) => {
    const size = Math.abs(run.energy_joules);
    const half = Math.min(run.half_width_joules || 0, size);
    return half > 0 ? Math.floor(Math.log10(size)) - Math.floor(Math.log10(half)) + 2 : 5;
  };
  const energy = (run) => number(run.energy_joules, known(run.energy_joules) ? energyDigits(run) : 5);
  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const svg = (name, attributes, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  function chosen() {
    const words = state.search.toLowerCase().split(/\s+/).filter(Boolean);
    const fit = runs.filter((run) => words.every((word) => run.text.includes(word)) && (!state.benchmark || run.benchmark === state.benchmark)
      && (!state.gpu || run.gpu === state.gpu) && (!state.outcome || run.outcome === state.outcome));
    const order = state.down ? -1 : 1;
    return fit.sort((a, b) => {
      const x = a[state.sort];
      const y = b[state.sort];
      if (known(x) !== known(y)) return known(x) ? -1 : 1;
      return x === y ? 0 : (x < y ? -1 : 1) * order;
    });
  }

  function row(run) {
    const picked = element("input", { type: "checkbox", "aria-label": "compare " + run.run_id });
    picked.checked = state.picked.includes(run);
    picked.addEventListener("change", () => {
      state.picked = picked.checked ? [...state.picked, run].slice(-2) : state.picked.filter((one) => one !== run);
      draw();
    });
    const cells = [element("td", {}, picked)];
    for (const column of columns) {
      const text = column.key === "energy_joules" ? energy(run) : column.digits ? number(run[column.key], column.digits) : run[column.key] || "";
      const cell = element("td", column.digits ? { class: "number" } : {});
      if (column.key === "start" && run.page) cell.append(element("a", { href: run.page }, text || run.run_id));
      else if (column.key === "outcome") cell.append(element("span", { class: text === "complete" ? "good" : "bad" }, text));
      else cell.append(text);
      cells.push(cell);
    }
    return element("tr", {}, ...cells);
  }

  function drawTable(fit) {
    byId("count").textContent = fit.length === runs.length ? runs.length + " runs" : fit.length + " of " + runs.length + " runs";
    byId("rows").replaceChildren(...fit.slice(0, state.shown).map(row));
    byId("more").hidden = fit.length <= state.shown;
    for (const heading of document.querySelectorAll("thead th[data-key]"))
      heading.setAttribute("aria-sort", heading.dataset.key === state.sort ? (state.down ? "descending" : "ascending") : "none");
  }

  const change = (now, before) => (known(now) && known(before) && before !== 0 ? ((now - before) / before * 100) : null);

  function drawComparison() {
    const box = byId("comparison");
    box.hidden = state.picked.length !== 2;
    if (box.hidden) return;
    const [first, second] = [...state.picked].sort((a, b) => (a.start < b.start ? -1 : 1));
    const rows = [["Time (s)", "elapsed_seconds"], ["Energy (J)", "energy_joules"], ["gCO2", "emissions_grams"], ["Score (s)", "score_seconds"],
      ["J per work", "joules_per_work"]];
    byId("compared").replaceChildren(...rows.map(([name, key]) => {
      const percent = change(second[key], first[key]);
      return element("tr", {}, element("th", { scope: "row" }, name), ...[first, second].map((run) => element("td", { class: "number" }, key === "energy_joules" ? energy(run) : number(run[key], 5))),
        element("td", { class: "number" }, percent === null ? "" : (percent >= 0 ? "+" : "") + percent.toFixed(2) + " %"));
    }));
    byId("first").textContent = first.start || first.run_id;
    byId("second").textContent = second.start || second.run_id;
    const same = first.boards && first.boards === second.boards;
    const key = same ? "half_width_joules" : "absolute_half_width_joules";
    let verdict = "The energies cannot be compared: one is not known.";
    if ([first, second].every((run) => known(run.energy_joules) && known(run[key]))) {
      const beyond = Math.abs(second.energy_joules - first.energy_joules) > Math.hypot(first[key], second[key]);
      verdict = "The energies differ by " + (beyond ? "more" : "no more") + " than their intervals" + (same ? " (same boards)." : " (other boards: with the sensors' gain).")
        + " One run each does not show how much runs vary by themselves.";
    }
    byId("verdict").textContent = verdict;
  }

  // 1, 2 or 5 times a power of ten, at least `least`.
  function roundStep(least) {
    const power = 10 ** Math.floor(Math.log10(least));
    return [1, 2, 5, 10].find((times) => times * power >= least * 0.999) * power;
  }

  function drawChart(fit) {
    const name = state.benchmark || (fit[0] && fit[0].benchmark) || "";
    const points = fit.filter((run) => run.benchmark === name && known(run[state.figure]) && known(run.start))
      .map((run) => ({ run, x: Date.parse(run.start.replace(" ", "T") + "Z"), y: run[state.figure] })).filter((point) => !Number.isNaN(point.x));
    byId("chart-title").textContent = name ? "Over time: " + name : "Over time";
    // Drawn as wide as it is shown, so that its text is as large as the page's.
    const width = Math.max(300, byId("chart").clientWidth || 960);
    const [height, left, bottom, top] = [300, 80, 30, 12];
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${points.length} runs of ${name} over time` });
    if (points.length > 0) {
      const xs = points.map((point) => point.x);
      const ys = points.map((point) => point.y);
      const [x0, x1] = [Math.min(...xs), Math.max(...xs, Math.min(...xs) + 1)];
      const least = Math.min(...ys);
      const most = Math.max(...ys);
      // Values close together are shown larger; then the axis does not begin at 0.
      const low = least > 0.7 * most ? Math.max(0, least - Math.max(most - least, most * 0.005) * 0.3) : 0;
      const high = most + (most - low) * 0.08 || 1;
      const px = (x) => left + (x - x0) / (x1 - x0) * (width - left - 20);
      const py = (y) => top + (1 - (y - low) / (high - low)) * (height - bottom - top);
      const step = roundStep((high - low) / 4);
      for (let y = Math.ceil(low / step) * step; y <= high; y += step) {
        picture.append(svg("line", { class: "axis", x1: left, x2: width - 10, y1: py(y), y2: py(y) }),
          svg("text", { x: left - 8, y: py(y) + 4, "text-anchor": "end" }, number(y, 4)));
      }
      for (const x of x0 === x1 ? [x0] : width < 600 ? [x0, x1] : [x0, (x0 + x1) / 2, x1])
        picture.append(svg("text", { x: px(x), y: height - 8, "text-anchor": x === x1 ? "end" : x === x0 ? "start" : "middle" },
          new Date(x).toISOString().slice(0, 16).replace("T", " ")));
      if (low > 0) picture.append(svg("text", { x: left + 4, y: height - bottom - 4 }, "the axis does not begin at 0"));
      const boards = [...new Set(points.map((point) => point.run.boards || point.run.gpu))];
      for (const point of points) {
        const colour = `var(--c${boards.indexOf(point.run.boards || point.run.gpu) % 8})`;
        const half = state.figure === "energy_joules" ? point.run.half_width_joules || 0 : 0;
        if (half > 0) picture.append(svg("line", { x1: px(point.x), x2: px(point.x), y1: py(point.y - half), y2: py(point.y + half), stroke: colour }));
        const dot = svg("circle", { cx: px(point.x), cy: py(point.y), r: 4, fill: colour }, svg("title", {}, `${point.run.start}: ${state.figure === "energy_joules" ? energy(point.run) : number(point.y, 5)}`));
        picture.append(point.run.page ? svg("a", { href: point.run.page }, dot) : dot);
      }
      byId("legend").replaceChildren(...boards.slice(0, 16).map((board, index) => {
        const run = points.find((point) => (point.run.boards || point.run.gpu) === board).run;
        return element("span", { style: `--colour: var(--c${index % 8})` }, run.gpu + (run.host ? " on " + run.host : ""));
      }));
    } else {
      byId("legend").replaceChildren();
    }
    byId("chart").replaceChildren(picture);
  }

  function draw() {
    const fit = chosen();
    drawTable(fit);
    drawComparison();
    drawChart(fit);
    const address = new URLSearchParams();
    for (const key of ["search", "benchmark", "gpu", "outcome"]) if (state[key]) address.set(key, state[key]);
    history.replaceState(null, "", address.toString() ? "#" + address : location.pathname + location.search);
  }

  function fill(id, key) {
    const select = byId(id);
    for (const value of [...new Set(runs.map((run) => run[key]).filter(Boolean))].sort()) select.append(element("option", { value }, value));
    select.value = state[id];
    select.addEventListener("change", () => { state[id] = select.value; state.shown = pageSize; draw(); });
  }

  for (const [key, value] of new URLSearchParams(location.hash.slice(1))) if (key in state) state[key] = value;
  fill("benchmark", "benchmark");
  fill("gpu", "gpu");
  fill("outcome", "outcome");
  byId("search").value = state.search;
  byId("search").addEventListener("input", (event) => { state.search = event.target.value; state.shown = pageSize; draw(); });
  byId("figure").addEventListener("change", (event) => { state.figure = event.target.value; draw(); });
  addEventListener("resize", () => drawChart(chosen()));
  byId("more").addEventListener("click", () => { state.shown += pageSize; draw(); });
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("headings").append(element("th", {}, "Compare"), ...columns.map((column) => {
    const button = element("button", { type: "button" }, column.name);
    button.addEventListener("click", () => {
      state.down = state.sort === column.key ? !state.down : !column.digits;
      state.sort = column.key;
      draw();
    });
    return element("th", column.digits ? { "data-key": column.key, class: "number", scope: "col" } : { "data-key": column.key, scope: "col" }, button);
  }));
  draw();
})();
