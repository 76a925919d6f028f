(() => {
  'use strict';
  const data = JSON.parse(document.getElementById('data').textContent);
  const byId = id => document.getElementById(id);
  // Text only ever becomes text: no string of the run is parsed as markup.
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // ---- Curves ----------------------------------------------------------------------------------------------------------
  const bytes = base64 => {
    const text = atob(base64), result = new Uint8Array(text.length);
    for (let i = 0; i < text.length; ++i) result[i] = text.charCodeAt(i);
    return result.buffer;
  };
  // A plain loop: TypedArray.from with a function takes some ten times as long, which a page of a day would wait for.
  const scaled = (steps, offset, step) => {
    const result = new Float64Array(steps.length);
    for (let i = 0; i < steps.length; ++i) result[i] = offset + steps[i] * step;
    return result;
  };
  const values = (base64, curve) => scaled(new Uint16Array(bytes(base64)), curve.offset, curve.step);

  // Each level has half of the points of the level below; lowest and highest survive, so no peak is lost.
  const coarser = level => {
    const n = Math.ceil(level.t.length / 2);
    const next = { t: new Float64Array(n), mean: new Float64Array(n), low: new Float64Array(n), high: new Float64Array(n), gap: new Uint8Array(n) };
    for (let i = 0; i < n; ++i) {
      const a = 2 * i, b = Math.min(a + 1, level.t.length - 1);
      next.t[i] = (level.t[a] + level.t[b]) / 2;
      next.mean[i] = (level.mean[a] + level.mean[b]) / 2;
      next.low[i] = Math.min(level.low[a], level.low[b]);
      next.high[i] = Math.max(level.high[a], level.high[b]);
      next.gap[i] = level.gap[a];
    }
    return next;
  };
  const decode = curve => {
    const t = scaled(new Uint32Array(bytes(curve.t)), curve.first, curve.tick);
    const mean = values(curve.mean, curve);
    const reduced = curve.low !== undefined;
    const level = { t, mean, low: reduced ? values(curve.low, curve) : mean, high: reduced ? values(curve.high, curve) : mean, gap: new Uint8Array(t.length) };
    for (const i of curve.gaps) level.gap[i] = 1;
    const levels = [level];
    while (levels[levels.length - 1].t.length > 500) levels.push(coarser(levels[levels.length - 1]));
    return { levels, reduced };
  };
  // First index whose time is not before `time`.
  const lowerBound = (times, time) => {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < time) low = middle + 1; else high = middle;
    }
    return low;
  };

  // ---- What is shown: one state for all charts and the log ---------------------------------------------------------------
  const whole = { from: data.first, to: data.last };
  const margin = (whole.to - whole.from) * 0.005;
  whole.from -= margin;
  whole.to += margin;
  const state = { from: whole.from, to: whole.to, cursor: null, hidden: new Set(), selecting: null };
  const shortest = Math.min(0.2, (whole.to - whole.from) / 4);  // s: ten power samples
  const charts = [];
  let printing = false;
  let planned = false;
  const draw = () => {
    planned = false;
    for (const chart of charts) chart.draw();
    placePhases();
    showLogView();
    byId('view').textContent = isWhole() ? 'whole run' : `${timeText(state.from)} to ${timeText(state.to)}`;
  };
  const plan = () => {
    if (!planned) requestAnimationFrame(draw);
    planned = true;
  };
  const rounding = (whole.to - whole.from) * 1e-9;  // of sums and differences of the limits
  const isWhole = () => state.from <= whole.from + rounding && state.to >= whole.to - rounding;
  const view = (from, to) => {
    let length = Math.min(Math.max(to - from, shortest), whole.to - whole.from);
    const middle = (from + to) / 2;
    state.from = Math.min(Math.max(middle - length / 2, whole.from), whole.to - length);
    state.to = state.from + length;
    plan();
  };
  const zoom = factor => {
    const inside = state.cursor !== null && state.cursor >= state.from && state.cursor <= state.to;
    const at = inside ? state.cursor : (state.from + state.to) / 2;
    const from = at - (at - state.from) * factor;
    view(from, from + (state.to - state.from) * factor);
  };
  const pan = share => {
    const by = (state.to - state.from) * share;
    view(state.from + by, state.to + by);
  };
  const showAll = () => view(whole.from, whole.to);
  const showBenchmark = () => view(0, Math.max(data.elapsed, shortest));

  // ---- Numbers and times as text -----------------------------------------------------------------------------------------
  const two = value => String(value).padStart(2, '0');
  const span = () => whole.to - whole.from;
  const timeText = (seconds, step = Math.max((state.to - state.from) / 500, 1e-3)) => {
    const decimals = step >= 1 ? 0 : Math.min(3, Math.ceil(-Math.log10(step)));
    const sign = seconds < 0 && Number(seconds.toFixed(decimals)) !== 0 ? '\u2212' : '';
    const size = Math.round(Math.abs(seconds) * 10 ** decimals) / 10 ** decimals;
    if (span() < 180) return `${sign}${size.toFixed(decimals)} s`;
    const rest = (size % 60).toFixed(decimals).padStart(decimals ? 3 + decimals : 2, '0');
    const minutes = Math.floor(size / 60);
    return span() < 3600 ? `${sign}${minutes}:${rest}` : `${sign}${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
  };
  const clockText = seconds => new Date(data.start_ms + seconds * 1000).toISOString().slice(11, 23);
  const niceStep = (length, most) => {
    const steps = [1e-3, 2e-3, 5e-3, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400, 172800, 604800];
    return steps.find(step => length / step <= most) ?? length / most;
  };
  const niceValueStep = (length, most) => {
    const power = 10 ** Math.floor(Math.log10(length / most));
    return [1, 2, 2.5, 5, 10].map(digit => digit * power).find(step => length / step <= most) ?? length;
  };
  const gpuName = gpu => data.gpus[gpu].label ?? `GPU ${data.gpus[gpu].index}${data.gpus[gpu].other ? ' (other)' : ''}`;
  const kind = data.kind ?? 'GPU';
  const gpuColour = gpu => `--gpu${gpu % 8}`;
  const shownGpus = () => data.gpus.map((_, gpu) => gpu).filter(gpu => !state.hidden.has(gpu));
  const heldDownNames = [[0x8, 'hardware slowdown'], [0x20, 'heat (software)'], [0x40, 'heat (hardware)'], [0x80, 'power brake'], [0x4, 'power cap']];
  const slowdown = 0x8 | 0x20 | 0x40 | 0x80;

  // ---- One chart -----------------------------------------------------------------------------------------------------------
  class Chart {
    constructor(definition, main) {
      this.definition = definition;
      this.curves = definition.curves.map(decode);
      this.top = this.highest();
      this.readout = make('span', { class: 'readout' });
      this.canvas = make('canvas', { 'aria-hidden': 'true' });
      this.box = make('div', {
        class: 'chart', tabindex: '0', role: 'slider', 'aria-describedby': 'keys', 'aria-orientation': 'horizontal',
        'aria-label': `${definition.title} over time, in ${definition.unit}: time cursor`,
        'aria-valuemin': data.first.toFixed(2), 'aria-valuemax': data.last.toFixed(2), 'aria-valuenow': data.first.toFixed(2), 'aria-valuetext': 'no cursor yet'
      }, this.canvas);
      this.figure = make('figure', { class: main ? 'panel main' : 'panel', id: `panel-${definition.id}` },
        make('figcaption', {}, make('h3', {}, `${definition.title} (${definition.unit})`), this.readout), this.box);
      this.listen();
    }
    // Of a chart with one curve for all of them together, that one.
    shown() { return this.definition.single ? [0] : shownGpus(); }
    nameOf(gpu) { return this.definition.single ?? gpuName(gpu); }
    colourOf(gpu) { return this.definition.single ? '--text' : gpuColour(gpu); }
    isEmpty() { return this.curves.every(curve => curve.levels[0].t.length === 0); }
    highest() {
      let top = this.definition.least_high;
      for (const curve of this.curves)
        for (const value of curve.levels[curve.levels.length - 1].high) top = Math.max(top, value);
      const data_top = top;
      // A limit far above all values would flatten the curves: it is told, not drawn.
      this.limits = this.definition.limits.filter(limit => limit.value <= Math.max(3 * data_top, 1e-9));
      for (const limit of this.limits) top = Math.max(top, limit.value);
      return top > 0 ? top * 1.1 : 1;
    }
    x(seconds) { return this.left + (seconds - state.from) / (state.to - state.from) * this.width; }
    y(value) { return this.above + (1 - value / this.top) * this.height; }
    seconds(x) { return state.from + (x - this.left) / this.width * (state.to - state.from); }

    draw() {
      const box = this.box.getBoundingClientRect();
      if (box.width < 10) return;
      const scale = printing ? 3 : window.devicePixelRatio || 1;
      const width = Math.round(box.width * scale), height = Math.round(box.height * scale);
      if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
      const c = this.c = this.canvas.getContext('2d');
      const style = getComputedStyle(document.documentElement);
      this.colour = name => style.getPropertyValue(name).trim();
      c.setTransform(scale, 0, 0, scale, 0, 0);
      c.clearRect(0, 0, box.width, box.height);
      c.font = '11.5px system-ui, "DejaVu Sans", sans-serif';
      Object.assign(this, { left: 48, above: 8, width: box.width - 58, height: box.height - 32 });
      this.drawIdle();
      this.drawGrid();
      if (this.isEmpty()) this.drawText('not available', this.left + this.width / 2, this.above + this.height / 2, '--quiet', 'center');
      c.save();
      c.beginPath();
      c.rect(this.left, this.above, this.width, this.height);
      c.clip();
      for (const gpu of this.shown()) this.drawCurve(gpu);
      this.drawLimits();
      this.drawHeldDown();
      this.drawLogMarks();
      this.drawCursor();
      c.restore();
      this.showValues();
    }
    drawText(text, x, y, colour, align = 'left') {
      this.c.fillStyle = this.colour(colour);
      this.c.textAlign = align;
      this.c.fillText(text, x, y);
    }
    drawIdle() {
      const c = this.c, right = this.left + this.width;
      const from = Math.min(Math.max(this.x(0), this.left), right), to = Math.min(Math.max(this.x(data.elapsed), this.left), right);
      c.fillStyle = this.colour('--idle');
      c.fillRect(this.left, this.above, from - this.left, this.height);
      c.fillRect(to, this.above, right - to, this.height);
      if (!this.figure.classList.contains('main')) return;
      if (from - this.left > 40) this.drawText('idle', (this.left + from) / 2, this.above + 14, '--quiet', 'center');
      if (right - to > 40) this.drawText('idle', (to + right) / 2, this.above + 14, '--quiet', 'center');
    }
    drawGrid() {
      const c = this.c, step = niceValueStep(this.top, Math.max(2, this.height / 24));
      c.lineWidth = 1;
      c.strokeStyle = this.colour('--grid');
      c.beginPath();
      const decimals = [0, 1, 2, 3, 4, 5, 6].find(count => Math.abs(step * 10 ** count - Math.round(step * 10 ** count)) < 1e-6) ?? 6;
      for (let value = 0; value <= this.top; value += step) {
        const y = Math.round(this.y(value)) + .5;
        c.moveTo(this.left, y);
        c.lineTo(this.left + this.width, y);
        this.drawText(value.toFixed(decimals), this.left - 6, y + 4, '--quiet', 'right');
      }
      const ticks = niceStep(state.to - state.from, Math.max(2, this.width / 78));
      for (let t = Math.ceil(state.from / ticks) * ticks; t <= state.to; t += ticks) {
        const x = Math.round(this.x(t)) + .5;
        c.moveTo(x, this.above);
        c.lineTo(x, this.above + this.height);
        const near = x > this.left + this.width - 16;
        this.drawText(timeText(Math.abs(t) < ticks / 2 ? 0 : t, ticks), near ? this.left + this.width + 8 : x, this.above + this.height + 16, '--quiet', near ? 'right' : 'center');
      }
      c.stroke();
    }
    drawCurve(gpu) {
      const levels = this.curves[gpu].levels;
      let index = 0, from, to;
      for (; ; ++index) {
        from = Math.max(lowerBound(levels[index].t, state.from) - 1, 0);
        to = Math.min(lowerBound(levels[index].t, state.to) + 1, levels[index].t.length);
        if (to - from <= 1.5 * this.width || index + 1 === levels.length) break;
      }
      const level = levels[index], c = this.c;
      if (index > 0 || this.curves[gpu].reduced) {
        c.fillStyle = this.colour(this.colourOf(gpu));
        c.globalAlpha = this.shown().length > 3 ? .16 : .28;
        for (let begin = from; begin < to;) {
          let end = begin + 1;
          while (end < to && !level.gap[end]) ++end;
          c.beginPath();
          for (let i = begin; i < end; ++i) c.lineTo(this.x(level.t[i]), this.y(level.high[i]));
          for (let i = end - 1; i >= begin; --i) c.lineTo(this.x(level.t[i]), this.y(level.low[i]));
          c.fill();
          // A peak one pixel wide would be too faint: the edges are drawn.
          c.lineWidth = .8;
          c.strokeStyle = c.fillStyle;
          c.beginPath();
          for (let i = begin; i < end; ++i) c.lineTo(this.x(level.t[i]), this.y(level.high[i]));
          c.globalAlpha *= 2;
          c.stroke();
          c.globalAlpha /= 2;
          begin = end;
        }
        c.globalAlpha = 1;
      }
      c.strokeStyle = this.colour(this.colourOf(gpu));
      c.lineWidth = 1.5;
      c.lineJoin = 'round';
      c.setLineDash(gpu >= 8 ? [5, 3] : []);
      c.beginPath();
      for (let i = from; i < to; ++i) {
        const x = this.x(level.t[i]), y = this.y(level.mean[i]);
        if (i === from || level.gap[i]) c.moveTo(x, y); else c.lineTo(x, y);
      }
      c.stroke();
      c.setLineDash([]);
    }
    drawLimits() {
      const c = this.c;
      for (const limit of this.limits) {
        c.lineWidth = 1.2;
        c.strokeStyle = this.colour('--limit');
        c.setLineDash([6, 4]);
        const y = Math.round(this.y(limit.value)) + .5;
        c.beginPath();
        c.moveTo(this.left, y);
        c.lineTo(this.left + this.width, y);
        c.stroke();
        c.setLineDash([]);
        const above = y - 5 > this.above + (this.hasStrips() ? 21 : 11), base = above ? y - 5 : y + 13;
        const start = this.left + 6;  // before the benchmark the GPU is idle, so the curve is elsewhere
        const width = c.measureText(limit.label).width;
        c.fillStyle = this.colour('--page');
        c.globalAlpha = .85;
        c.fillRect(start - 3, base - 10, width + 6, 13);
        c.globalAlpha = 1;
        this.drawText(limit.label, start, base, '--limit', 'left');
      }
    }
    hasStrips() { return this.definition.id === 'sm_clock' && data.throttled.length > 0; }
    // Above the clocks: red while heat or hardware throttled them, amber while the power cap did.
    drawHeldDown() {
      if (!this.hasStrips()) return;
      for (const [gpu, from, to, bits] of data.throttled) {
        if (state.hidden.has(gpu) || to < state.from || from > state.to) continue;
        const slow = (bits & slowdown) !== 0, x = this.x(from);
        this.c.fillStyle = this.colour(slow ? '--slow' : '--cap');
        this.c.fillRect(x, this.above + (slow ? 0 : 5), Math.max(this.x(to) - x, 1), 4);
      }
    }
    drawLogMarks() {
      if (!this.figure.classList.contains('main')) return;
      this.c.fillStyle = this.colour('--quiet');
      let last = -1;
      for (const [seconds] of data.log.lines) {
        if (seconds === null || seconds < state.from || seconds > state.to) continue;
        const x = Math.round(this.x(seconds));
        if (x !== last) this.c.fillRect(x, this.above + this.height - 7, 1, 7);
        last = x;
      }
    }
    drawCursor() {
      const c = this.c;
      if (state.selecting) {
        const [a, b] = state.selecting.map(t => this.x(t));
        c.fillStyle = this.colour('--accent');
        c.globalAlpha = .2;
        c.fillRect(Math.min(a, b), this.above, Math.abs(b - a), this.height);
        c.globalAlpha = 1;
      }
      if (state.cursor === null || printing) return;
      const x = Math.round(this.x(state.cursor)) + .5;
      c.strokeStyle = this.colour('--cursor');
      c.lineWidth = 1;
      c.beginPath();
      c.moveTo(x, this.above);
      c.lineTo(x, this.above + this.height);
      c.stroke();
    }
    // The value at the cursor: the nearest point, unless samples are missing there.
    valueAt(gpu, seconds) {
      const level = this.curves[gpu].levels[0];
      if (level.t.length === 0) return null;
      let i = lowerBound(level.t, seconds);
      if (i === level.t.length || (i > 0 && seconds - level.t[i - 1] < level.t[i] - seconds)) --i;
      const usual = (level.t[level.t.length - 1] - level.t[0]) / Math.max(level.t.length - 1, 1);
      if (Math.abs(level.t[i] - seconds) > 4 * usual + 0.05) return null;
      return { mean: level.mean[i], low: level.low[i], high: level.high[i] };
    }
    valueText(gpu) {
      const value = this.valueAt(gpu, state.cursor);
      if (value === null) return 'none';
      const text = v => v.toFixed(this.definition.decimals);
      return text(value.low) === text(value.high) ? text(value.mean) : `${text(value.mean)} (${text(value.low)} to ${text(value.high)})`;
    }
    showValues() {
      if (state.cursor === null) return this.readout.replaceChildren();
      const parts = this.shown().flatMap(gpu => {
        const mark = make('b', {}, data.gpus.length > 1 ? `${this.nameOf(gpu)} ` : '');
        mark.style.color = this.colour(this.colourOf(gpu));
        return [mark, `${this.valueText(gpu)}  `];
      });
      if (this.definition.id === 'sm_clock') parts.push(this.heldDownText());
      const at = `${timeText(state.cursor)} (${clockText(state.cursor)} UTC) `;
      this.readout.replaceChildren(...(this === charts[0] ? [at] : []), ...parts);
      this.box.setAttribute('aria-valuenow', state.cursor.toFixed(3));
      this.box.setAttribute('aria-valuetext', `at ${timeText(state.cursor)}: ` + this.shown().map(gpu => `${this.nameOf(gpu)} ${this.valueText(gpu)} ${this.definition.unit}`).join(', '));
    }
    heldDownText() {
      const bits = data.throttled.filter(([gpu, from, to]) => !state.hidden.has(gpu) && from <= state.cursor && state.cursor <= to)
        .reduce((all, [, , , own]) => all | own, 0);
      const names = heldDownNames.filter(([bit]) => bits & bit).map(([, name]) => name);
      return names.length ? `throttled by: ${names.join(', ')}` : '';
    }

    listen() {
      const at = event => this.seconds(event.clientX - this.box.getBoundingClientRect().left);
      const inside = seconds => Math.min(Math.max(seconds, state.from), state.to);
      let pressed = null;
      this.box.addEventListener('pointerdown', event => {
        if (event.button !== 0) return;
        pressed = { x: event.clientX, seconds: inside(at(event)) };
        this.box.setPointerCapture(event.pointerId);
      });
      this.box.addEventListener('pointermove', event => {
        state.cursor = inside(at(event));
        if (pressed && Math.abs(event.clientX - pressed.x) > 6) state.selecting = [pressed.seconds, state.cursor];
        if (!pressed || state.selecting) followLog();
        plan();
      });
      this.box.addEventListener('pointerup', event => {
        if (state.selecting) view(Math.min(...state.selecting), Math.max(...state.selecting));
        else if (pressed) setCursor(inside(at(event)));
        pressed = state.selecting = null;
        plan();
      });
      this.box.addEventListener('pointercancel', () => {
        pressed = state.selecting = null;
        plan();
      });
      this.box.addEventListener('dblclick', showAll);
      this.box.addEventListener('wheel', event => {
        if (!event.ctrlKey && !event.metaKey) return;  // a plain wheel scrolls the page
        event.preventDefault();
        state.cursor = inside(at(event));
        zoom(event.deltaY > 0 ? 1.25 : 0.8);
      }, { passive: false });
      this.box.addEventListener('keydown', event => {
        if (onKey(event)) event.preventDefault();
      });
    }
  }
  const setCursor = seconds => {
    state.cursor = seconds;
    followLog();
    plan();
  };
  const moveCursor = share => {
    const length = state.to - state.from;
    const from = state.cursor === null || state.cursor < state.from || state.cursor > state.to ? state.from + length / 2 : state.cursor;
    const to = Math.min(Math.max(from + share * length, whole.from), whole.to);
    if (to < state.from || to > state.to) pan(share < 0 ? -.25 : .25);
    setCursor(to);
  };
  const onKey = event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const actions = {
      ArrowLeft: () => event.shiftKey ? pan(-.1) : moveCursor(-.005), ArrowRight: () => event.shiftKey ? pan(.1) : moveCursor(.005),
      PageUp: () => moveCursor(-.1), PageDown: () => moveCursor(.1), '+': () => zoom(.5), '=': () => zoom(.5), '-': () => zoom(2),
      0: showAll, Escape: showAll, Home: () => setCursor(state.from), End: () => setCursor(state.to), b: showBenchmark, B: showBenchmark
    };
    if (!actions[event.key]) return false;
    actions[event.key]();
    return true;
  };

  // ---- The log ---------------------------------------------------------------------------------------------------------------
  const logItems = [];  // [seconds or null, element]
  let logPane = null, selected = -1;
  const makeLog = () => {
    const list = make('ol', { class: 'log-lines', tabindex: '0', role: 'listbox', 'aria-label': "The benchmark's log; arrow keys move through it and the charts follow" });
    data.log.lines.forEach(([seconds, text], i) => {
      if (i === data.log.left_out_after && data.log.left_out_bytes > 0)
        list.append(make('li', { class: 'cut', role: 'presentation' }, `\u2026 ${data.log.left_out_bytes} bytes left out: the whole log is in benchmark.log \u2026`));
      const item = make('li', { role: 'option', id: `log-${i}`, 'aria-selected': 'false' },
        make('time', {}, seconds === null ? '' : timeText(seconds, span() < 180 ? .01 : 1)), make('span', {}, text || ' '));
      item.addEventListener('click', () => selectLine(i, true));
      logItems.push([seconds, item]);
      list.append(item);
    });
    list.addEventListener('keydown', event => {
      const to = { ArrowDown: selected + 1, ArrowUp: Math.max(selected - 1, 0), Home: 0, End: logItems.length - 1 }[event.key];
      if (to === undefined || to >= logItems.length) return;
      event.preventDefault();
      selectLine(to, true);
    });
    logPane = list;
    return make('figure', { class: 'panel log', id: 'log' }, make('figcaption', {}, make('h3', {}, 'Log'),
      make('span', { class: 'readout' }, logItems.some(([seconds]) => seconds !== null) ? '' : 'the times of its lines are not known')), list);
  };
  const selectLine = (i, moveCharts) => {
    if (selected >= 0) logItems[selected][1].setAttribute('aria-selected', 'false');
    selected = i;
    if (i < 0) return;
    const [seconds, item] = logItems[i];
    item.setAttribute('aria-selected', 'true');
    logPane.setAttribute('aria-activedescendant', item.id);
    if (item.offsetTop < logPane.scrollTop || item.offsetTop + item.offsetHeight > logPane.scrollTop + logPane.clientHeight)
      logPane.scrollTop = item.offsetTop - logPane.clientHeight / 2;
    if (!moveCharts || seconds === null) return;
    if (seconds < state.from || seconds > state.to) view(seconds - (state.to - state.from) / 2, seconds + (state.to - state.from) / 2);
    state.cursor = seconds;
    plan();
  };
  // The last line that was there at the cursor's time.
  const followLog = () => {
    if (!logPane || state.cursor === null) return;
    let low = 0, high = logTimes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (logTimes[middle] <= state.cursor) low = middle + 1; else high = middle;
    }
    if (low > 0 && low - 1 !== selected) selectLine(low - 1, false);
  };
  // Times of all lines, those that are not known taken from the line before.
  const logTimes = [];
  for (const [seconds] of data.log.lines) logTimes.push(seconds ?? logTimes[logTimes.length - 1] ?? -Infinity);
  let shownView = '';
  const showLogView = () => {
    const now = `${state.from} ${state.to}`;
    if (now === shownView) return;
    shownView = now;
    for (const [seconds, item] of logItems) item.classList.toggle('outside', seconds !== null && (seconds < state.from || seconds > state.to));
  };

  // ---- Phases, under the power ---------------------------------------------------------------------------------------------
  const phaseBars = [];
  const deepestShown = 4, mostFocusable = 40;
  const makePhases = () => {
    if (!data.phases || data.phases.bars.length === 0) return;
    const box = make('div', { class: 'phase-bar', role: 'group', 'aria-label': 'Phases of the benchmark: choose one to zoom to it' });
    const shown = data.phases.bars.filter(([, , phase]) => data.phases.names[phase][1] <= deepestShown);
    let rows = 1;
    for (const [from, to, phase, figures] of shown) {
      const [path, depth, all] = data.phases.names[phase];
      const name = path.slice(path.lastIndexOf('/') + 1);
      const bar = make('button', { type: 'button', title: `${path}: ${figures} (all: ${all})`, tabindex: shown.length > mostFocusable ? '-1' : '0' }, name);
      bar.style.top = `${depth * 1.25}rem`;
      bar.style.borderLeftColor = bar.style.backgroundColor = `color-mix(in srgb, var(${gpuColour(phase)}) 45%, transparent)`;
      bar.addEventListener('click', () => view(from - (to - from) * .1, to + (to - from) * .1));
      phaseBars.push([from, to, bar]);
      rows = Math.max(rows, depth + 1);
      box.append(bar);
    }
    box.style.height = `${rows * 1.25}rem`;
    charts[0].figure.append(box);
  };
  const placePhases = () => {
    const chart = charts[0];
    for (const [from, to, bar] of phaseBars) {
      const left = Math.max(chart.x(from), chart.left), right = Math.min(chart.x(to), chart.left + chart.width);
      bar.hidden = right < left;
      bar.style.left = `${left}px`;
      bar.style.width = `${Math.max(right - left, 1)}px`;
    }
  };

  // ---- Tools ---------------------------------------------------------------------------------------------------------------
  const button = (text, label, action) => {
    const element = make('button', { type: 'button', 'aria-label': label, title: label }, text);
    element.addEventListener('click', action);
    return element;
  };
  const gpuBoxes = [];
  const showGpus = shown => {
    gpuBoxes.forEach((box, gpu) => {
      box.checked = shown(gpu);
      if (box.checked) state.hidden.delete(gpu); else state.hidden.add(gpu);
    });
    plan();
  };
  const makeTools = () => {
    const tools = byId('tools');
    tools.append(button('+', 'Zoom in', () => zoom(.5)), button('\u2212', 'Zoom out', () => zoom(2)), button('\u25c0', 'Earlier', () => pan(-.25)),
      button('\u25b6', 'Later', () => pan(.25)), button('All', 'Show all of the run', showAll), button('Benchmark', 'Show the benchmark without the idle time around it', showBenchmark),
      make('output', { id: 'view', class: 'readout', 'aria-live': 'polite' }));
    if (data.gpus.length < 2) return;
    const set = make('fieldset', {}, make('legend', {}, `${kind}s shown`));
    data.gpus.forEach((gpu, i) => {
      const box = make('input', { type: 'checkbox', checked: '' });
      box.addEventListener('change', () => showGpus(g => gpuBoxes[g].checked));
      gpuBoxes.push(box);
      const swatch = make('span', { class: i >= 8 ? 'swatch dashed' : 'swatch' });
      swatch.style.borderColor = `var(${gpuColour(i)})`;
      set.append(make('label', { title: gpu.name }, box, swatch, gpuName(i)));
    });
    set.append(button('all', `Show every ${kind}`, () => showGpus(() => true)), button('none', `Hide every ${kind}`, () => showGpus(() => false)));
    tools.append(set);
  };
  const followFinding = event => {
    const link = event.currentTarget, target = byId(link.hash.slice(1));
    const gpu = data.gpus.findIndex(g => String(g.index) === link.dataset.gpu);
    if (gpu >= 0 && gpuBoxes.length) showGpus(g => g === gpu);
    document.querySelectorAll('.panel.focus').forEach(panel => panel.classList.remove('focus'));
    if (!target) return;
    event.preventDefault();  // following the link itself would take the focus away again
    target.classList.add('focus');
    target.scrollIntoView({ block: 'center' });
    (target.querySelector('.chart, .log-lines') ?? target).focus({ preventScroll: true });
  };

  // ---- Downloads -------------------------------------------------------------------------------------------------------------
  const save = (name, type, parts) => {
    const link = make('a', { href: URL.createObjectURL(new Blob(parts, { type })), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const csv = () => {
    const rows = ['timestamp,elapsed_s,gpu_idx,metric,unit,low,mean,high\n'];
    for (const { definition, curves } of charts) curves.forEach(({ levels: [level] }, gpu) => {
      for (let i = 0; i < level.t.length; ++i) {
        const time = new Date(data.start_ms + level.t[i] * 1000).toISOString();
        const text = [level.low, level.mean, level.high].map(of => String(Number(of[i].toFixed(3))));
        rows.push(`${time},${level.t[i].toFixed(4)},${data.gpus[gpu].index},${definition.id},${definition.unit},${text.join(',')}\n`);
      }
    });
    return rows;
  };
  const makeDownloads = () => byId('downloads')?.append(
    button('Download readings (CSV)', 'Download the readings of the charts as CSV', () => save(`${data.run_id}.csv`, 'text/csv', csv())),
    button('Download metrics.yml', 'Download metrics.yml', () => save(`${data.run_id}-metrics.yml`, 'text/yaml', [data.metrics_yml])));

  // ---- Start -----------------------------------------------------------------------------------------------------------------
  makeTools();
  makeDownloads();
  data.charts.forEach((definition, i) => {
    const chart = new Chart(definition, i === 0 || definition.single !== undefined);
    charts.push(chart);
    byId('charts').append(chart.figure);
    if (i === 0 && data.log.lines.length > 0) byId('charts').append(makeLog());
    if (i === 0 && data.log.lines.length === 0) byId('charts').classList.add('no-log');
  });
  makePhases();
  const notes = data.note ? [data.note] : [];
  if (!data.note && charts.some(chart => chart.curves.some(curve => curve.reduced)))
    notes.push('This run has more samples than these charts have points. Lines are means; bands go from the lowest to the highest sample, so no peak is lost.');
  if (data.average_power) notes.push("A GPU gave no power samples: its power is the driver's average over a second.");
  if (data.throttled.length) notes.push('Above the SM clock: red while heat or hardware throttled it, amber while the power cap did.');
  if (data.throttled_joined) notes.push('There are too many such times to be shown one by one: those with short gaps between them are drawn as one.');
  for (const chart of charts) {
    const told = chart.definition.limits.filter(limit => !chart.limits.includes(limit)).map(limit => limit.label);
    if (told.length) notes.push(`${chart.definition.title}: ${told.join(', ')} (above the scale).`);
  }
  byId('chart-note').textContent = notes.join(' ');
  document.querySelectorAll('a.follow').forEach(link => link.addEventListener('click', followFinding));
  new ResizeObserver(plan).observe(byId('charts'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', plan);
  const print = on => {
    printing = on;
    document.documentElement.classList.toggle('printing', on);  // paper's width, so that nothing is scaled
    draw();
  };
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  draw();
  // For tests of the page: what is shown, and how to find out.
  window.report = { state, charts, data, csv };
})();
