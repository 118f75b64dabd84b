// Small helps to the pages; every act works without them.

(() => {
  const on = (name, act) => document.addEventListener(name, act);
  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

  // « / » goes to the search; arrows move from row to row of a list.
  on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing(event.target)) {
      const search = document.getElementById("recherche");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !typing(event.target)) {
      const rows = [...document.querySelectorAll(".row-link")];
      const here = rows.indexOf(document.activeElement);
      if (here === -1) return;
      const next = rows[here + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.account[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // The user's menu closes when one clicks elsewhere; a printable page has its button.
  on("click", (event) => {
    for (const menu of document.querySelectorAll("details.account[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    if (event.target.closest("[data-print]")) window.print();
    const calendar = event.target.closest("[data-calendar]");
    if (calendar) openCalendar(calendar);
  });

  on("change", (event) => {
    event.target.closest("form[data-submit-on-change]")?.requestSubmit();
  });

  // Arrows go from the search to what it offers, and back.
  on("keydown", (event) => {
    const box = event.target.closest?.(".search")?.querySelector(".suggestions");
    if (!box) return;
    const links = [...box.querySelectorAll("a")];
    const here = links.indexOf(document.activeElement);
    const field = document.getElementById("recherche");
    if (event.key === "Escape" && box.childElementCount) {
      box.replaceChildren();
      field.focus();
    }
    if (!links.length || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    (links[here + (event.key === "ArrowDown" ? 1 : -1)] || field).focus();
  });

  // A form is sent once: its buttons rest until the answer comes, or the page is come back to.
  on("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.dataset.again !== undefined) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
  const rest = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  };
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(rest));
  on("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) rest(form);
  });

  // What stops a form is read first.
  document.querySelector("[data-form-errors]")?.focus();

  const icon = (name) => {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawn.setAttribute("class", "icon");
    drawn.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${document.documentElement.dataset.icons}#${name}`);
    drawn.append(use);
    return drawn;
  };

  // A calendar is offered beside each date that is typed.
  const offerCalendars = (root) => {
    for (const input of root.querySelectorAll("input[data-date]")) {
      if (input.parentElement.classList.contains("date-field")) continue;
      const label = root.querySelector(`label[for="${input.id}"]`)?.firstChild?.textContent.trim() || "cette date";
      const field = document.createElement("span");
      field.className = "date-field";
      input.replaceWith(field);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-secondary";
      button.dataset.calendar = input.id;
      button.setAttribute("aria-label", `Choisir dans un calendrier : ${label}`);
      button.append(icon("calendar"));
      const picker = document.createElement("input");
      picker.type = "date";
      picker.tabIndex = -1;
      picker.setAttribute("aria-hidden", "true");
      picker.addEventListener("change", () => {
        if (!picker.value) return;
        input.value = picker.value.split("-").reverse().join("/");
        input.dispatchEvent(new Event("change", { bubbles: true }));
        input.focus();
      });
      field.append(input, button, picker);
    }
  };
  const openCalendar = (button) => {
    const field = button.parentElement;
    const picker = field.querySelector("input[type=date]");
    const typed = field.querySelector("input[data-date]").value.match(/^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{2}|\d{4})$/);
    if (typed) {
      const [, day, month, year] = typed;
      picker.value = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
    }
    picker.showPicker();
  };
  offerCalendars(document);
  on("htmx:load", (event) => offerCalendars(event.detail.elt));

  // A part of a page that does not come says so; a session that has ended goes to the sign-in page.
  const announce = (text) => {
    const place = document.getElementById("annonces");
    if (!place) return;
    const notice = document.createElement("div");
    notice.className = "notice is-late";
    notice.textContent = text;
    place.replaceChildren(notice);
    place.scrollIntoView({ block: "nearest" });
  };
  on("htmx:sendError", () => announce("Le serveur ne répond pas. Ce que vous avez saisi est resté à l’écran : réessayez."));
  on("htmx:responseError", () => announce("La demande n’a pas abouti. Ce que vous avez saisi est resté à l’écran : réessayez."));
  on("htmx:beforeSwap", (event) => {
    const answered = event.detail.xhr.responseURL;
    if (answered && new URL(answered).pathname.startsWith("/compte/") && !location.pathname.startsWith("/compte/")) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
})();
