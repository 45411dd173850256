extension ReportPage {
  /// The script of the page of one scan: the map's zoom and pan, the keys, and the ties between boxes and rows.
  static let script = #"""
    (() => {
      const field = document.querySelector(".field");
      const map = document.getElementById("map");
      const one = id => document.getElementById(id);
      const width = +field.dataset.width, height = +field.dataset.height;
      const pixel = +field.dataset.pixel || 0;
      const back = (field.dataset.back || "").split(" ").map(Number);
      const crowd = +field.dataset.crowd;
      const where = field.querySelector(".where"), scale = field.querySelector(".scale");
      const boxes = [...map.querySelectorAll(".box")].map(g => {
        const [x, y, w, h] = g.dataset.box.split(" ").map(Number);
        return {g, x, y, w, h, rects: [...g.querySelectorAll("rect")], text: g.querySelector("text"), id: g.dataset.id};
      });
      const byId = new Map(boxes.map(box => [box.id, box]));

      // The view: centre in scan pixels and screen pixels to a scan pixel.
      let size = {w: 1, h: 1}, whole = 1, view = {x: width / 2, y: height / 2, k: 0}, drawnAt = 0, bar = 0, waiting = false;
      const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

      function draw() {
        waiting = false;
        const {k} = view, w = size.w / k, h = size.h / k;
        map.setAttribute("viewBox", `${view.x - w / 2} ${view.y - h / 2} ${w} ${h}`);
        map.classList.toggle("close", k > 2);
        if (k !== drawnAt) {
          drawnAt = k;
          const u = 1 / k, gap = 3 * u;
          map.style.setProperty("--u", u);
          for (const box of boxes) {
            for (const rect of box.rects) {
              rect.setAttribute("x", box.x - gap);
              rect.setAttribute("y", box.y - gap);
              rect.setAttribute("width", box.w + 2 * gap);
              rect.setAttribute("height", box.h + 2 * gap);
            }
            const top = box.y - gap;
            box.text.setAttribute("x", box.x - gap);
            box.text.setAttribute("y", top > 14 * u ? top - 3 * u : box.y + box.h + gap + 12 * u);
          }
          if (scale && pixel) {
            const longest = size.w / 4 * u * pixel, power = 10 ** Math.floor(Math.log10(longest));
            const length = [5, 2, 1].map(n => n * power).find(n => n <= longest) || power;
            bar = length / pixel;
            scale.lastElementChild.textContent = length < 0.1 ? `${+(length * 1000).toPrecision(3)} nm` : `${+length.toPrecision(3)} µm`;
          }
        }
        if (scale && pixel) {
          const [line, text] = scale.children, u = 1 / k;
          const [left, top] = [view.x - w / 2 + 14 * u, view.y + h / 2 - 19 * u];
          const set = (part, values) => { for (const name in values) part.setAttribute(name, values[name]); };
          set(line, {x: left, y: top, width: bar, height: 5 * u});
          set(text, {x: left + bar + 8 * u, y: top + 7 * u});
        }
        if (boxes.length > crowd) {
          const [left, top] = [view.x - w / 2, view.y - h / 2];
          const seen = boxes.reduce((n, b) => n + (b.x < left + w && b.x + b.w > left && b.y < top + h && b.y + b.h > top), 0);
          map.classList.toggle("crowded", seen > crowd);
        }
      }
      function redraw() {
        view.k = clamp(view.k, whole, Math.max(40, whole));
        const w = size.w / view.k, h = size.h / view.k;
        view.x = w >= width ? width / 2 : clamp(view.x, w / 2, width - w / 2);
        view.y = h >= height ? height / 2 : clamp(view.y, h / 2, height - h / 2);
        if (!waiting) { waiting = true; requestAnimationFrame(draw); }
      }
      function measure() {
        const isWhole = view.k <= whole * 1.001;
        size = {w: map.clientWidth || 1, h: map.clientHeight || 1};
        whole = Math.min(size.w / width, size.h / height);
        if (isWhole) view.k = whole;
        drawnAt = 0;
        redraw();
      }
      function showWhole() { view = {x: width / 2, y: height / 2, k: whole}; redraw(); }
      function at(event) {
        const frame = map.getBoundingClientRect();
        return {x: view.x + (event.clientX - frame.left - size.w / 2) / view.k, y: view.y + (event.clientY - frame.top - size.h / 2) / view.k};
      }
      function zoom(factor, point) {
        const k = clamp(view.k * factor, whole, Math.max(40, whole)), r = view.k / k;
        view = {x: point.x + (view.x - point.x) * r, y: point.y + (view.y - point.y) * r, k};
        redraw();
      }
      new ResizeObserver(measure).observe(map);
      measure();

      let scrolledAt = -1000;
      addEventListener("scroll", event => { scrolledAt = event.timeStamp; }, {passive: true});
      map.addEventListener("wheel", event => {
        // A page being scrolled goes on scrolling when the map comes under the pointer.
        if (event.timeStamp - scrolledAt < 300) return;
        // At the whole field the wheel out scrolls the page.
        if (event.deltaY > 0 && view.k <= whole * 1.001) return;
        event.preventDefault();
        const step = event.deltaMode === 1 ? 33 : 1;
        zoom(Math.exp(-clamp(event.deltaY * step, -240, 240) / 400), at(event));
      }, {passive: false});
      map.addEventListener("dblclick", showWhole);

      let held = null, moved = false;
      map.addEventListener("pointerdown", event => {
        if (event.button) return;
        [held, moved] = [{x: event.clientX, y: event.clientY}, false];
      });
      map.addEventListener("pointermove", event => {
        if (held) {
          const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
          if (!moved && Math.hypot(dx, dy) > 4) {
            moved = true;
            // Taken only now: a captured pointer's click would never reach the box under it.
            map.setPointerCapture(event.pointerId);
            map.classList.add("moving");
          }
          if (moved) {
            view.x -= dx / view.k;
            view.y -= dy / view.k;
            held = {x: event.clientX, y: event.clientY};
            redraw();
          }
        }
        const p = at(event);
        if (p.x < 0 || p.y < 0 || p.x >= width || p.y >= height) { where.textContent = ""; return; }
        let text = `x ${Math.floor(p.x)}, y ${Math.floor(p.y)} px`;
        if (back.length === 6) {
          const [a, b, tx, c, d, ty] = back;
          const digits = v => v.toFixed(3).replace("-", "−");
          text += ` · layout ${digits(a * p.x + b * p.y + tx)}, ${digits(c * p.x + d * p.y + ty)} µm`;
        }
        where.textContent = text;
      });
      const release = () => { held = null; map.classList.remove("moving"); };
      map.addEventListener("pointerup", release);
      map.addEventListener("pointercancel", release);
      map.addEventListener("pointerleave", () => { where.textContent = ""; });

      // Rows of a long table wait as text, which without scripts is part of the page.
      const later = [...document.querySelectorAll("noscript.later")];
      function bring() {
        const part = later.shift();
        if (part) part.outerHTML = part.textContent;
        return part;
      }
      function bringAll() { while (bring()); }
      // Pictures come as they are scrolled to, and the others when there is time, so that paper has them too.
      function fetchAside(pictures) {
        for (const picture of pictures.splice(0, 60)) picture.loading = "eager";
        if (pictures.length) setTimeout(fetchAside, 30, pictures);
      }
      function bringAside() {
        if (bring()) setTimeout(bringAside, 20);
        else fetchAside([...document.querySelectorAll(".crop img")]);
      }
      addEventListener("load", () => {
        const wanted = later.length && /^#f\d+$/.test(location.hash) && location.hash.slice(1);
        if (wanted && !one(wanted)) { bringAll(); one(wanted)?.scrollIntoView(); }
        setTimeout(bringAside, 50);
      });
      addEventListener("beforeprint", bringAll);
      document.querySelector(".table .head")?.addEventListener("click", bringAll, {capture: true});

      // Boxes and rows.
      let chosen = null;
      const mark = (id, on) => {
        one("b" + id)?.classList.toggle("on", on);
        one("f" + id)?.classList.toggle("on", on);
      };
      function choose(id) {
        if (chosen) mark(chosen, false);
        chosen = id;
        if (!id) return;
        if (!one("f" + id)) bringAll();
        mark(id, true);
        // Drawn last, so that no neighbour covers it.
        byId.get(id).g.parentNode.append(byId.get(id).g);
      }
      function approach(id) {
        const box = byId.get(id);
        const share = Math.min(size.w / Math.max(box.w * 6, 160), size.h / Math.max(box.h * 6, 120));
        view = {x: box.x + box.w / 2, y: box.y + box.h / 2, k: Math.max(share, whole)};
        redraw();
      }
      function hover(event, on) {
        const id = event.target.closest?.("[data-id]")?.dataset.id;
        if (id && id !== chosen) mark(id, on);
      }
      const tables = [...document.querySelectorAll(".table")];
      for (const part of [map, ...tables]) {
        part.addEventListener("mouseover", event => hover(event, true));
        part.addEventListener("mouseout", event => hover(event, false));
      }
      map.addEventListener("click", event => {
        const id = event.target.closest(".box")?.dataset.id;
        if (moved || !id) return;
        choose(id);
        one("f" + id).scrollIntoView({block: "center", behavior: "smooth"});
      });
      function fromRow(row) {
        choose(row.dataset.id);
        approach(row.dataset.id);
        field.scrollIntoView({block: "start", behavior: "smooth"});
      }
      for (const table of tables) {
        table.addEventListener("click", event => {
          const row = event.target.closest(".row");
          // A click that ends a selection of text is no wish to leave.
          if (row && getSelection().isCollapsed) fromRow(row);
        });
        table.addEventListener("keydown", event => {
          if (event.key === "Enter" && event.target.matches(".row")) fromRow(event.target);
        });
      }
      function step(by) {
        bringAll();
        const ids = tables.flatMap(table => [...table.querySelectorAll(".row")]).map(row => row.dataset.id);
        const place = ids.indexOf(chosen);
        const next = place < 0 ? (by > 0 ? 0 : ids.length - 1) : (place + by + ids.length) % ids.length;
        choose(ids[next]);
        approach(ids[next]);
      }

      // Views.
      const blink = one("blink");
      let timer = 0;
      function show(id) { const input = one(id); if (input) input.checked = true; }
      function setBlink(on) {
        clearInterval(timer);
        if (!blink) return;
        blink.checked = on;
        if (on) timer = setInterval(() => show(one("v-scan").checked ? "v-golden" : "v-scan"), 500);
      }
      blink?.addEventListener("change", () => setBlink(blink.checked));
      for (const input of field.querySelectorAll("[name=view]")) input.addEventListener("change", () => setBlink(false));
      one("whole").addEventListener("click", () => { choose(null); showWhole(); });
      one("next")?.addEventListener("click", () => step(1));
      one("previous")?.addEventListener("click", () => step(-1));
      addEventListener("keydown", event => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const key = event.key.toLowerCase();
        const picture = {1: "v-scan", 2: "v-golden", 3: "v-difference"}[key];
        if (picture) { setBlink(false); show(picture); }
        else if (key === "b") setBlink(blink && !blink.checked);
        else if (key === "f" && one("boxes")) one("boxes").checked = !one("boxes").checked;
        else if (key === "0" || key === "escape") { choose(null); showWhole(); }
        else if (key === "+" || key === "=") zoom(1.5, {x: view.x, y: view.y});
        else if (key === "-") zoom(1 / 1.5, {x: view.x, y: view.y});
        else if (key === "n" && tables.length) step(1);
        else if (key === "p" && tables.length) step(-1);
      });
      // On paper the whole hash counts.
      addEventListener("beforeprint", () => {
        setBlink(false);
        for (const details of document.querySelectorAll("details")) details.open = true;
        // The paper's map has the scan's shape.
        const isWhole = view.k <= whole * 1.001;
        size = {w: 560, h: 560 * height / width};
        whole = 560 / width;
        if (isWhole) view = {x: width / 2, y: height / 2, k: whole};
        drawnAt = 0;
        draw();
      });
      addEventListener("afterprint", measure);
    })();

    """#
}
