// Copy a field, or all of a section with their labels, to be pasted in another program. Without script, the text is
// there to be selected; the buttons show only where they work.

(() => {
  const say = (button, text) => {
    const place = button.closest("section")?.querySelector("[data-copied]");
    if (place) place.textContent = text;
    const label = button.firstChild;
    const before = label.textContent;
    label.textContent = text;
    setTimeout(() => { label.textContent = before; }, 1500);
  };

  // Where the page is not served over TLS, browsers keep the clipboard shut: the older way still opens it.
  const byHand = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  };

  const copy = async (button, text) => {
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      done = byHand(text);
      button.focus();
    }
    say(button, done ? "Copié" : "À copier à la main");
  };

  document.addEventListener("click", (event) => {
    const one = event.target.closest?.("[data-copy]");
    if (one) copy(one, one.parentElement.querySelector("[data-copy-text]").textContent.trim());
    const all = event.target.closest?.("[data-copy-all]");
    if (all) {
      const fields = document.getElementById(all.dataset.copyAll).querySelectorAll("[data-copy-text]");
      copy(all, [...fields].map((field) => `${field.dataset.copyLabel} : ${field.textContent.trim()}`).join("\n"));
    }
  });

  for (const button of document.querySelectorAll("[data-copy], [data-copy-all]")) button.hidden = false;
})();
