"use strict";
(() => {
  const contents = document.querySelector(".contents details");
  const narrow = matchMedia("(max-width: 63.99rem)");
  const fold = () => { contents.open = !narrow.matches; };
  if (contents) {
    fold();
    narrow.addEventListener("change", fold);
  }

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  // Numbers fall first, names rise first; the third click restores the given order. Rows whose
  // number is not known stay below.
  function makeSortable(table) {
    const [[heads], [body]] = [table.tHead.rows, table.tBodies];
    const given = [...body.rows];
    if (given.length < 2) return;
    [...heads.cells].forEach((head, column) => {
      if (head.classList.contains("refs")) return;
      const data = (row) => row.cells[column].dataset.value;
      const numeric = given.some((row) => data(row) !== undefined);
      const words = (row) => data(row) || row.cells[column].textContent.trim();
      const key = numeric ? (row) => Number(data(row) || NaN) : words;
      const compare = numeric ? (a, b) => a - b : collator.compare;
      const order = (sign) => (a, b) => Number.isNaN(key(a)) - Number.isNaN(key(b))
        || sign * compare(key(a), key(b)) || 0;
      const cycle = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const direction = cycle[cycle.indexOf(head.getAttribute("aria-sort")) + 1];
        for (const other of heads.cells) other.removeAttribute("aria-sort");
        if (direction) head.setAttribute("aria-sort", direction);
        const sign = direction === "ascending" ? 1 : -1;
        body.append(...(direction ? [...given].sort(order(sign)) : given));
      });
    });
  }

  // Accents and đ are letters that one may leave out: "dien ban" finds Điện Bàn.
  const bare = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll(/đ/gi, "d").toLowerCase();

  function makeSearchable(list) {
    const rows = list.tBodies ? [...list.tBodies[0].rows] : [...list.children];
    const texts = rows.map((row) => bare(row.textContent));
    const [field, label, count] = ["input", "label", "output"].map((name) => document.createElement(name));
    field.type = "search";
    label.className = "find";
    label.append(`${list.dataset.find} `, field, " ", count);
    const figure = list.closest("figure");
    if (figure) figure.prepend(label);
    else list.before(label);
    const find = () => {
      const words = bare(field.value).split(/\s+/);
      const found = texts.map((text) => words.every((word) => text.includes(word)));
      rows.forEach((row, number) => row.classList.toggle("unfound", !found[number]));
      count.value = `${found.filter(Boolean).length}/${rows.length}`;
    };
    field.addEventListener("input", find);
    find();
  }

  // Behind the 33 bytes of a PNG that say its pixels: 11,811 of them a metre, 300 an inch.
  const DOTS = Uint8Array.from(atob("AAAACXBIWXMAAC4jAAAuIwF4pT92"), (byte) => byte.charCodeAt(0));

  // A chart as a file: SVG as it stands, PNG at 300 dots an inch, both on paper's white.
  function makeSavable(figure, number) {
    const [svg, line] = [figure.querySelector("svg"), figure.querySelector("p.csv")];
    if (!svg || !line) return;
    const { width, height } = svg.viewBox.baseVal;
    const copy = svg.cloneNode(true);
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    copy.removeAttribute("style");
    // Other programs than browsers know no variables of a page.
    const text = () => new XMLSerializer().serializeToString(copy).replace(/var\([\w-]+,\s*(#\w+)\)/g, "$1");
    const save = (blob, kind) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${document.title.replace(/[^\p{L}\p{N}]+/gu, "-")}-${number + 1}.${kind}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    };
    const [png, drawing] = line.querySelectorAll("button");
    drawing.addEventListener("click", () => save(new Blob([text()], { type: "image/svg+xml" }), "svg"));
    png.addEventListener("click", async () => {
      const picture = new Image();
      picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text())}`;
      await picture.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [width, height].map((points) => Math.ceil(points * 300 / 72));
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(new Blob([blob.slice(0, 33), DOTS, blob.slice(33)], { type: "image/png" }), "png"));
    });
    line.hidden = false;
  }

  // What a rate would win stands in the page's data; nothing is computed but their sum.
  function makeMovable(figure) {
    const lang = document.documentElement.lang;
    const write = (value, digits) =>
      new Intl.NumberFormat(lang, { maximumFractionDigits: digits, minimumFractionDigits: digits === 2 ? 2 : 0 })
        .format(value.toFixed(6)) // a sum of binary fractions, as it would be by hand
        .replace(/^-(?=[0,.]*$)/, "").replace("-", "\u2212");
    const ends = (low, high, unit = "") =>
      write(low, 2) === write(high, 2) ? write(low, 2) + unit : `${write(low, 2)}–${write(high, 2)}${unit}`;
    const rows = [...figure.querySelectorAll("tr[data-curve]")].map((row) => {
      const [slider, next, reached, won] = row.querySelectorAll("input, small, output");
      const [rates, low, high] = JSON.parse(row.dataset.curve);
      return { rates, low, high, slider, next, reached, won, unit: row.dataset.unit };
    });
    const present = JSON.parse(figure.dataset.points);
    const [together, total] = figure.querySelectorAll("tfoot output");
    const show = () => {
      const sum = [0, 0];
      for (const { rates, low, high, slider, next, reached, won, unit } of rows) {
        const at = slider.valueAsNumber;
        const moved = slider.value !== slider.defaultValue;
        const [least, most] = moved ? [low[at], high[at]] : [0, 0];
        reached.value = `${write(rates[at], 1)}%`;
        slider.setAttribute("aria-valuetext", reached.value);
        won.value = moved ? ends(least, most, unit) : "–";
        const more = low.findIndex((points, index) => index > at && points >= least + 0.005); // a gain that is seen
        next.textContent = more < 0 ? "" : next.dataset.next
          .replace("{rate}", `${write(rates[more], 1)}%`).replace("{points}", ends(low[more], high[more], unit));
        if (!unit) [sum[0], sum[1]] = [sum[0] + least, sum[1] + most];
      }
      if (!together) return; // no criterion counts in points
      together.value = ends(...sum);
      total.value = present.includes(null) ? "–" : ends(present[0] + sum[0], present[1] + sum[1]);
    };
    figure.addEventListener("input", show);
    figure.querySelector("button").addEventListener("click", () => {
      for (const { slider } of rows) slider.value = slider.defaultValue;
      show();
    });
    figure.hidden = false;
    show();
  }

  addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("table.sortable").forEach(makeSortable);
    document.querySelectorAll("[data-find]").forEach(makeSearchable);
    document.querySelectorAll("figure.chart").forEach(makeSavable);
    document.querySelectorAll("figure.what-if").forEach(makeMovable);
  });
})();
