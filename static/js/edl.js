// An état des lieux on a tablet: each answer is written as it is given. Without a network it waits in the device
// (kept.js), and is sent when the network is back. Without this file, the page is sent whole by its buttons.

(() => {
  const form = document.querySelector("form[data-edl]");
  if (!form || !window.kept || !window.indexedDB) return;
  const { kept } = window;
  const { user, edl } = form.dataset;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const SIDE = 1600; // the longest side of a photo that is sent
  const status = form.querySelector("[data-status]");
  const waiting = form.querySelector("[data-waiting]");

  // What is being sent, and what stops it: "offline", "session", "server", "sealed"
  let stopped = "";
  let busy = false;
  let again = false;
  let savedAt = "";
  let retry;

  for (const one of form.querySelectorAll("[data-without-script]")) one.hidden = true;
  for (const one of form.querySelectorAll("[data-quick], [data-add]")) one.hidden = false;

  // The fields of a group: the head, or a line

  const group = (name) => form.querySelector(`[data-group="${CSS.escape(name)}"]`);
  const fieldsOf = (element) =>
    [...element.querySelectorAll("input[name], select[name], textarea[name]")].filter((one) => one.type !== "file");
  const read = (element) => {
    const values = {};
    for (const one of fieldsOf(element)) {
      if (one.type === "radio" || one.type === "checkbox") {
        if (one.checked) values[one.name] = one.value;
      } else values[one.name] = one.value;
    }
    return values;
  };
  const write = (element, values) => {
    for (const one of fieldsOf(element)) {
      if (one.type === "radio" || one.type === "checkbox") one.checked = values[one.name] === one.value;
      else if (one.name in values) one.value = values[one.name];
    }
  };
  const say = (element, word, meaning = "") => {
    const place = element?.querySelector("[data-line-state]");
    if (!place) return;
    place.textContent = word;
    place.className = `edl-state ${meaning}`;
  };
  const tell = (element, ...parts) => (element?.querySelector("[data-line-says]") ?? waiting).replaceChildren(...parts);
  const paragraph = (text) => {
    const made = document.createElement("p");
    made.className = "edl-theirs";
    made.textContent = text;
    return made;
  };
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-secondary btn-sm";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  // The state, in words

  const show = async () => {
    const typed = await kept.all("saisies", user, edl);
    const photos = await kept.all("photos", user, edl);
    const toChoose = typed.filter((row) => row.conflicts).length;
    const toCorrect = typed.filter((row) => row.refused).length;
    const left = { typed: typed.length - toChoose - toCorrect, photos: photos.length };
    const parts = [];
    if (toChoose) parts.push(`Un autre appareil a écrit autre chose sur ${toChoose} ligne${toChoose > 1 ? "s" : ""} : choisissez.`);
    if (toCorrect) parts.push(`${toCorrect} saisie${toCorrect > 1 ? "s" : ""} à corriger.`);
    if (stopped === "session") parts.push("Votre session est finie : rouvrez cette page pour vous reconnecter.");
    if (stopped === "sealed") parts.push("Cet état des lieux a été signé ou abandonné entre-temps.");
    if (left.typed || left.photos) {
      if (busy && !stopped) parts.push("Enregistrement…");
      else parts.push(`Gardé sur cet appareil, à envoyer : ${kept.said(left)}.`);
      if (stopped === "offline") parts.push("Le réseau est absent.");
      if (stopped === "server") parts.push("Le serveur ne répond pas.");
    } else if (!parts.length) parts.push(savedAt ? `Tout est enregistré (${savedAt}).` : "Chaque réponse s’enregistre seule.");
    const text = parts.join(" ");
    if (status.textContent !== text) status.textContent = text;
    form.dataset.state = left.typed || left.photos ? "waiting" : toChoose || toCorrect ? "asking" : "saved";
    for (const row of typed) {
      if (!row.conflicts && !row.refused && stopped) say(group(row.group), "gardé sur cet appareil, à envoyer", "is-waiting");
    }
    if (stopped === "sealed" && (typed.length || photos.length)) {
      status.append(" ", button("Effacer ces saisies de cet appareil", async () => {
        for (const row of typed) await kept.remove("saisies", [user, edl, row.group]);
        for (const row of photos) await kept.remove("photos", [user, edl, row.key]);
        location.assign(form.dataset.read);
      }));
    }
    return { left, toChoose, toCorrect };
  };

  // Sending

  const post = async (url, body) => {
    let answer;
    try {
      answer = await fetch(url, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": token, Accept: "application/json" },
        signal: AbortSignal.timeout(45000),
      });
    } catch {
      stopped = "offline";
      return null;
    }
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (!isJson) stopped = answer.redirected || answer.status === 403 ? "session" : "server";
    else stopped = answer.status === 409 ? "sealed" : "";
    if (stopped) return null;
    const said = await answer.json();
    return { ok: !said.errors, ...said };
  };

  const put = (row) => kept.put("saisies", row);
  const drop = (row) => kept.remove("saisies", [user, edl, row.group]);

  // A row that was sent as `sent`: what the server now holds becomes what this device has read.
  const settle = async (sent, answer) => {
    const bases = answer.bases[sent.group] ?? {};
    const element = group(sent.group);
    const conflicts = answer.conflicts.filter((one) => one.name.startsWith(`${sent.group}-`));
    const row = await kept.get("saisies", [user, edl, sent.group]);
    for (const [name, value] of Object.entries(bases)) {
      const base = `${sent.group}-base_${name}`;
      const hidden = element?.querySelector(`[name="${base}"]`);
      if (hidden) hidden.value = value;
      if (row) row.fields[base] = String(value ?? "");
    }
    if (conflicts.length && row) {
      row.conflicts = conflicts;
      await put(row);
      ask(row);
    } else if (row && row.at === sent.at) {
      await drop(row);
      say(element, "enregistré", "is-saved");
      tell(element);
    } else if (row) await put(row);
  };

  const ask = (row) => {
    const element = group(row.group);
    if (!element) return;
    const parts = row.conflicts.map((one) =>
      paragraph(`${one.label} : ici « ${one.mine} », sur l’autre appareil « ${one.theirs} ».`),
    );
    const refusing = row.conflicts.some((one) => one.name.endsWith("-removed"));
    const mine = button("Garder ma saisie", async () => {
      tell(element);
      keep(element, true);
    });
    const theirs = button(refusing ? "D’accord" : "Prendre l’autre", async () => {
      for (const one of row.conflicts) {
        const name = one.name.slice(row.group.length + 1);
        const values = { ...read(element), [one.name]: row.fields[`${row.group}-base_${name}`] };
        if (name === "removed" || !values[one.name]) delete values[one.name];
        write(element, values);
      }
      tell(element);
      keep(element, true);
    });
    say(element, "à choisir", "is-waiting");
    tell(element, ...parts, ...(refusing ? [theirs] : [mine, theirs]));
  };

  const refuse = async (row, errors) => {
    const said = Object.entries(errors)
      .filter(([name]) => !name || name.startsWith(`${row.group}-`) || row.group.startsWith("new:"))
      .flatMap(([, sentences]) => sentences);
    if (!said.length) return;
    if (row.group.startsWith("new:")) {
      await drop(row);
      tell(null, ...said.map(paragraph));
      return;
    }
    row.refused = said;
    await put(row);
    say(group(row.group), "à corriger", "is-waiting");
    tell(group(row.group), ...said.map(paragraph));
  };

  const shownIn = (anchor, room) => {
    const known = document.getElementById(anchor);
    if (known) return known;
    const made = document.createElement("fieldset");
    made.id = anchor;
    const legend = document.createElement("legend");
    legend.textContent = room;
    made.append(legend);
    document.getElementById("ajouter").before(made);
    return made;
  };
  const element = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  };

  const taken = async (rows, answer) => {
    savedAt = answer.at;
    for (const row of rows) await settle(row, answer);
    for (const one of answer.added) {
      const line = element(one.html);
      if (!document.getElementById(line.id)) {
        const room = shownIn(one.room, line.dataset.room);
        const last = [...room.querySelectorAll(".edl-line")].at(-1);
        if (last) last.after(line);
        else room.append(line);
      }
    }
    for (const pk of answer.gone) {
      await drop({ group: `l${pk}` });
      group(`l${pk}`)?.remove();
    }
    for (const [anchor, left] of Object.entries(answer.missing)) {
      const part = document.querySelector(`.form-parts a[href="#${CSS.escape(anchor)}"]`);
      const title = document.getElementById(anchor)?.querySelector("legend")?.textContent.trim();
      if (!part || !title) continue;
      const quiet = document.createElement("span");
      quiet.className = "quiet";
      quiet.textContent = left ? `${left} à remplir` : "rempli";
      part.replaceChildren(`${title} `, quiet);
    }
  };

  const sendTyped = async () => {
    const rows = (await kept.all("saisies", user, edl)).filter((row) => !row.conflicts && !row.refused);
    const lines = rows.filter((row) => !row.group.startsWith("new:"));
    const sets = [...(lines.length ? [lines] : []), ...rows.filter((row) => row.group.startsWith("new:")).map((row) => [row])];
    for (let rank = 0; rank < sets.length; rank += 1) {
      const set = sets[rank];
      const answer = await post(form.dataset.save, new URLSearchParams(Object.assign({}, ...set.map((row) => row.fields))));
      if (!answer) return false;
      if (answer.ok) {
        await taken(set, answer);
        if (set[0].group.startsWith("new:")) {
          await drop(set[0]);
          waiting.querySelector(`[data-key="${set[0].group}"]`)?.remove();
          if (!answer.added.length) tell(null, paragraph("Cette ligne existe déjà."));
        }
      } else if (set.length > 1) sets.push(...set.map((row) => [row]));
      else await refuse(set[0], answer.errors);
    }
    return true;
  };

  const sendPhotos = async () => {
    for (const row of await kept.all("photos", user, edl)) {
      const body = new FormData();
      for (const name of ["line", "room", "element", "key"]) body.append(name, row[name]);
      body.append("photo", new Blob([row.buffer], { type: row.type }), row.name);
      const answer = await post(form.dataset.photos, body);
      if (!answer) return false;
      await kept.remove("photos", [user, edl, row.key]);
      form.querySelector(`[data-key="${row.key}"]`)?.remove();
      const line = group(`l${answer.line ?? row.line}`);
      if (answer.ok) {
        savedAt = answer.at;
        line?.querySelector("[data-photos]").append(element(answer.html));
        say(line, "photo enregistrée", "is-saved");
      } else tell(line, ...Object.values(answer.errors).flat().map(paragraph));
    }
    return true;
  };

  const flush = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    clearTimeout(retry);
    try {
      do {
        again = false;
        if (!((await sendTyped()) && (await sendPhotos()))) break;
      } while (again);
    } finally {
      busy = false;
    }
    await show();
    if (stopped === "offline" || stopped === "server") retry = setTimeout(flush, 8000);
  };

  // Typing

  // What was last kept of each group, the hidden fields of what was read left out: leaving a field changes nothing.
  const known = new Map();
  const typed = (element) => JSON.stringify(Object.entries(read(element)).filter(([name]) => !name.includes("-base_")));
  for (const element of form.querySelectorAll("[data-group]")) known.set(element.dataset.group, typed(element));
  // Kept at once, sign by sign; sent a little later.
  let writing = Promise.resolve();
  let sending;
  const keep = (element, knowingly = false, delay = 0) => {
    const now = typed(element);
    if (!knowingly && known.get(element.dataset.group) === now) return;
    known.set(element.dataset.group, now);
    const row = { user, edl, group: element.dataset.group, fields: read(element), at: performance.timeOrigin + performance.now() };
    writing = writing.then(() => put(row));
    form.dataset.state = "waiting";
    say(element, "");
    clearTimeout(sending);
    sending = setTimeout(async () => {
      await writing;
      await show();
      flush();
    }, delay);
  };
  form.addEventListener("input", (event) => {
    const element = event.target.closest("[data-group]");
    if (element && event.target.type !== "file") keep(element, false, 600);
  });
  form.addEventListener("change", (event) => {
    const element = event.target.closest("[data-group]");
    if (event.target.matches("[data-photo]")) {
      take(element, event.target);
      return;
    }
    if (!element) return;
    if (event.target.name.endsWith("-removed") && event.target.checked && !window.confirm("Retirer cette ligne ?")) {
      event.target.checked = false;
      return;
    }
    keep(element);
  });

  for (const quick of form.querySelectorAll("[data-quick]")) {
    quick.addEventListener("click", () => {
      for (const line of quick.closest("fieldset").querySelectorAll(".edl-line")) {
        const states = [...line.querySelectorAll(".edl-conditions input")];
        const count = line.querySelector("input[type=number]");
        if (count && count.value === "" && line.dataset.before) count.value = line.dataset.before;
        else if (!count && states.length && !states.some((one) => one.checked)) states.find((one) => one.value === "good").checked = true;
        else continue;
        keep(line);
      }
    });
  }

  form.querySelector("[data-add]").addEventListener("click", async () => {
    const fields = read(form.querySelector("[data-new]"));
    if (!fields["n0-element"]?.trim() || !fields["n0-room"]?.trim()) {
      tell(null, paragraph("Dites dans quelle pièce, et quel élément."));
      return;
    }
    const name = `new:${crypto.randomUUID?.() ?? Date.now()}`;
    const item = document.createElement("li");
    item.dataset.key = name;
    item.textContent = `${fields["n0-element"]} (${fields["n0-room"]}) : gardé sur cet appareil, à envoyer`;
    waiting.replaceChildren(...waiting.querySelectorAll("[data-key]"), item);
    await put({ user, edl, group: name, fields, at: Date.now() });
    for (const one of fieldsOf(form.querySelector("[data-new]"))) {
      if (one.type === "checkbox") one.checked = false;
      else one.value = "";
    }
    await show();
    flush();
  });

  // Photos: made smaller here, which also leaves the place and the date of the camera behind

  const shrunk = async (file) => {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const blob = await new Promise((yes) => canvas.toBlob(yes, "image/jpeg", 0.85));
      return blob ?? file;
    } catch {
      return file; // the server says what is wrong with it
    }
  };
  const preview = async (row) => {
    const place = group(`l${row.line}`)?.querySelector("[data-photos]") ?? waiting;
    const item = document.createElement("li");
    item.className = "edl-photo is-waiting";
    item.dataset.key = row.key;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 96;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Photo de ${row.element}, gardée sur cet appareil`);
    const caption = document.createElement("span");
    caption.textContent = "à envoyer";
    item.append(canvas, caption);
    place.append(item);
    try {
      const picture = await createImageBitmap(new Blob([row.buffer], { type: row.type }));
      const side = Math.min(picture.width, picture.height);
      canvas.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 96, 96);
      picture.close();
    } catch {
      caption.textContent = "à envoyer (non affichable ici)";
    }
  };
  const take = async (line, input) => {
    const files = [...input.files];
    input.value = "";
    for (const file of files) {
      const blob = await shrunk(file);
      const row = {
        user,
        edl,
        key: crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
          (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16)),
        line: line.dataset.line,
        room: line.dataset.room,
        element: line.dataset.element,
        name: file.name || "photo.jpg",
        type: blob.type,
        buffer: await blob.arrayBuffer(),
        at: Date.now(),
      };
      await kept.put("photos", row);
      await preview(row);
      await show();
    }
    flush();
  };
  document.addEventListener("click", async (event) => {
    const remove = event.target.closest("button[form=retirer-photo]");
    if (!remove) return;
    event.preventDefault();
    if (!window.confirm("Retirer cette photo ?")) return;
    try {
      const body = new URLSearchParams({ csrfmiddlewaretoken: token });
      const answer = await fetch(remove.formAction, { method: "POST", body });
      if (answer.ok && answer.url.includes("/remplir/")) remove.closest("li").remove();
      else location.reload();
    } catch {
      status.textContent = "Le réseau est absent : la photo se retirera une fois qu’il sera revenu.";
    }
  });

  // The buttons: everything is sent, then the page to read opens

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(sending);
    await writing;
    while (busy) await new Promise((yes) => setTimeout(yes, 50));
    await flush();
    const { left, toChoose, toCorrect } = await show();
    if (!left.typed && !left.photos && !toChoose && !toCorrect) location.assign(form.dataset.read);
    else (form.querySelector("[data-line-says]:not(:empty)") ?? status).scrollIntoView({ block: "center" });
  });

  window.addEventListener("online", flush);
  window.addEventListener("offline", () => {
    stopped = "offline";
    show();
  });

  // What was not sent before the page was left or read again

  (async () => {
    for (const row of await kept.all("saisies", user, edl)) {
      const element = group(row.group);
      if (element) write(element, row.fields);
      if (row.conflicts) ask(row);
      if (row.refused) tell(element, ...row.refused.map(paragraph));
      if (row.group.startsWith("new:")) {
        const item = document.createElement("li");
        item.dataset.key = row.group;
        item.textContent = `${row.fields["n0-element"]} (${row.fields["n0-room"]}) : gardé sur cet appareil, à envoyer`;
        waiting.append(item);
      }
    }
    for (const row of await kept.all("photos", user, edl)) await preview(row);
    await show();
    await flush();
  })();
})();
