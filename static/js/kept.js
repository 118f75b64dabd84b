// What a device keeps of an état des lieux until the server has it: by user, emptied once sent, or at the sign-out.

window.kept = (() => {
  const STORES = ["saisies", "photos"];
  let opening;

  const open = () => {
    opening ??= new Promise((yes, no) => {
      const asked = indexedDB.open("residence-edl", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("saisies", { keyPath: ["user", "edl", "group"] });
        asked.result.createObjectStore("photos", { keyPath: ["user", "edl", "key"] });
      };
      asked.onsuccess = () => yes(asked.result);
      asked.onerror = () => no(asked.error);
    });
    return opening;
  };
  const within = async (store, mode, act) => {
    const base = await open();
    return new Promise((yes, no) => {
      const transaction = base.transaction(store, mode);
      const asked = act(transaction.objectStore(store));
      transaction.oncomplete = () => yes(asked?.result);
      transaction.onabort = transaction.onerror = () => no(transaction.error);
    });
  };
  // Keys begin with the user, then the état des lieux: a range holds all of one.
  const range = (user, edl) => (edl ? IDBKeyRange.bound([user, edl], [user, edl, []]) : IDBKeyRange.bound([user], [user, []]));

  const api = {
    all: async (store, user, edl) =>
      (await within(store, "readonly", (one) => one.getAll(range(user, edl)))).sort((a, b) => a.at - b.at),
    get: (store, key) => within(store, "readonly", (one) => one.get(key)),
    put: (store, row) => within(store, "readwrite", (one) => one.put(row)),
    remove: (store, key) => within(store, "readwrite", (one) => one.delete(key)),
    count: async (user, edl) => {
      const [typed, photos] = await Promise.all(
        STORES.map((store) => within(store, "readonly", (one) => one.count(range(user, edl)))),
      );
      return { typed, photos };
    },
    empty: (user) => Promise.all(STORES.map((store) => within(store, "readwrite", (one) => one.delete(range(user))))),
    said: ({ typed, photos }) =>
      [typed && `${typed} saisie${typed > 1 ? "s" : ""}`, photos && `${photos} photo${photos > 1 ? "s" : ""}`]
        .filter(Boolean)
        .join(" et "),
  };

  // Whoever signs out is told of what is not sent, and leaves nothing behind.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-sign-out]");
    if (!form?.dataset.user || form.dataset.emptied) return;
    event.preventDefault();
    const leave = () => {
      form.dataset.emptied = "yes";
      form.requestSubmit();
    };
    api
      .count(form.dataset.user)
      .then(async (left) => {
        const what = api.said(left);
        const sure = `${what} d’un état des lieux ne sont pas encore envoyées. Se déconnecter les efface de cet appareil.`;
        if (what && !window.confirm(`${sure}\n\nSe déconnecter quand même ?`)) return;
        await api.empty(form.dataset.user);
        leave();
      })
      .catch(leave);
  });

  // What is to be read or signed says what this device still holds.
  for (const notice of document.querySelectorAll("[data-unsent]")) {
    api.count(notice.dataset.user, notice.dataset.unsent).then((left) => {
      if (!left.typed && !left.photos) return;
      notice.querySelector("[data-unsent-count]").textContent = `Gardé sur cet appareil, à envoyer : ${api.said(left)}`;
      notice.hidden = false;
    }, () => {});
  }
  return api;
})();
