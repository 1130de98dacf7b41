// The rows of a live timeline: one for each request.

/** The least time that the axis shows. Units: milliseconds. */
const LEAST = 500;

/** Draws requests over time, and moves while one is pending. */
export class Timeline {
  #rows;
  #axis;
  /** @type {Set<Row>} */
  #all = new Set();
  /** When the first request began. @type {number | undefined} */
  #start;
  #isDrawing = false;

  /**
   * @param {HTMLElement} rows
   * @param {HTMLElement} axis
   */
  constructor(rows, axis) {
    this.#rows = rows;
    this.#axis = axis;
  }

  /** Whether no request is shown. */
  get isEmpty() {
    return this.#all.size === 0;
  }

  /** Whether a request is pending. */
  get isBusy() {
    return [...this.#all].some((row) => row.end === undefined);
  }

  /** Forgets all requests. */
  clear() {
    this.#all.clear();
    this.#start = undefined;
    this.#rows.replaceChildren();
    this.#draw();
  }

  /**
   * Adds a row for a request that begins now.
   *
   * @param {string} name
   * @param {string} owner Who asks.
   * @param {() => void} [cancel] What the row's button does. Default: it has none.
   */
  begin(name, owner, cancel) {
    const now = performance.now();
    this.#start ??= now;
    const row = new Row(name, owner, now, cancel);
    this.#all.add(row);
    this.#rows.append(row.element);
    this.#move();
    return row;
  }

  #move() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    const frame = () => {
      this.#draw();
      this.#isDrawing = this.isBusy;
      if (this.#isDrawing) requestAnimationFrame(frame);
      // Ends may have come in this frame.
      else this.#draw();
    };
    frame();
  }

  #draw() {
    const start = this.#start ?? 0;
    const now = performance.now();
    const ends = [...this.#all].map((row) => (row.end ?? now) - start);
    const scale = Math.max(LEAST, ...ends) * 1.02;
    for (const row of this.#all) row.draw(start, now, scale);
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
      const tick = document.createElement('span');
      tick.textContent = `${Math.round(part * scale)} ms`;
      return tick;
    });
    const list = document.createElement('span');
    list.className = 'ticks';
    list.append(...ticks);
    this.#axis.replaceChildren(document.createElement('span'), ...(this.isEmpty ? [] : [list]));
  }
}

/** One request. */
class Row {
  #bar = element('span', 'bar');
  #result = element('span', 'result');
  #button;
  #begin;
  /** When the request ended. @type {number | undefined} */
  end;

  /**
   * @param {string} name
   * @param {string} owner
   * @param {number} begin
   * @param {(() => void) | undefined} cancel
   */
  constructor(name, owner, begin, cancel) {
    this.#begin = begin;
    const small = element('small', '', ` ${owner}`);
    const label = element('span', 'name', name);
    label.append(small);
    const track = element('span', 'track');
    track.append(this.#bar, this.#result);
    this.element = element('li', 'pending');
    this.element.dataset.name = name;
    this.element.dataset.owner = owner;
    this.element.append(label, track);
    if (cancel) {
      this.#button = document.createElement('button');
      this.#button.type = 'button';
      this.#button.textContent = 'Cancel';
      this.#button.addEventListener('click', cancel);
      this.element.append(this.#button);
    }
  }

  /**
   * Ends the request.
   *
   * @param {'answered' | 'failed' | 'cancelled'} state
   * @param {string} result
   */
  finish(state, result) {
    this.end = performance.now();
    this.element.className = state;
    this.#result.textContent = result;
    this.#button?.remove();
  }

  /**
   * @param {number} start
   * @param {number} now
   * @param {number} scale
   */
  draw(start, now, scale) {
    const percent = (/** @type {number} */ time) => (100 * (time - start)) / scale;
    const [left, right] = [percent(this.#begin), percent(this.end ?? now)];
    this.#bar.style.left = `${left}%`;
    this.#bar.style.width = `${right - left}%`;
    const isLeft = right > 70;
    this.#result.style.left = isLeft ? `${left}%` : `${right}%`;
    this.#result.classList.toggle('left', isLeft && left > 30);
    this.#result.classList.toggle('over', isLeft && left <= 30);
  }
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} [text]
 */
function element(tag, name, text = '') {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}
