// A signature drawn on the screen with a finger, a pen or a mouse; it leaves as a PNG in a hidden field of the form.

(() => {
  for (const canvas of document.querySelectorAll("canvas[data-image]")) {
    const field = document.getElementById(canvas.dataset.image);
    const pen = canvas.getContext("2d");
    let last = null;
    let drawn = false;

    // As many points as the screen has, so that the line is not coarse.
    const fit = () => {
      const scale = Math.min(window.devicePixelRatio || 1, 2);
      const box = canvas.getBoundingClientRect();
      if (!box.width) return;
      canvas.width = Math.round(box.width * scale);
      canvas.height = Math.round(box.height * scale);
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      pen.lineWidth = 2.2;
      pen.lineCap = pen.lineJoin = "round";
      pen.strokeStyle = "#101828";
    };
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const keep = () => {
      field.value = drawn ? canvas.toDataURL("image/png") : "";
    };
    const erase = () => {
      pen.save();
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.restore();
      drawn = false;
      keep();
    };

    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      last = at(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      for (const one of event.getCoalescedEvents?.() ?? [event]) {
        const next = at(one);
        pen.beginPath();
        pen.moveTo(last.x, last.y);
        pen.lineTo(next.x, next.y);
        pen.stroke();
        last = next;
        drawn = true;
      }
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => {
        last = null;
        keep();
      });
    }
    canvas.closest("[data-on-screen]").querySelector("[data-erase]").addEventListener("click", erase);

    // What was drawn before a mistake elsewhere in the form comes back with the page.
    fit();
    if (field.value.startsWith("data:image/png;base64,")) {
      const before = new Image();
      before.addEventListener("load", () => {
        const box = canvas.getBoundingClientRect();
        pen.drawImage(before, 0, 0, box.width, box.height);
        drawn = true;
      });
      before.src = field.value;
    }
  }
})();
