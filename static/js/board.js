// The board: a card dropped on a lane opens the page of the act that leads there. Every act is also a link of the card.

(() => {
  let carried = null;

  const addressTo = (stage) => carried?.querySelector(`a[data-stage="${stage}"]`);

  const clear = () => {
    for (const lane of document.querySelectorAll(".lane")) lane.classList.remove("takes", "over");
    carried?.classList.remove("carried");
    carried = null;
  };

  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.(".lane .card-move");
    if (!card) return;
    carried = card;
    card.classList.add("carried");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    for (const lane of document.querySelectorAll(".lane")) lane.classList.toggle("takes", !!addressTo(lane.dataset.stage));
  });

  document.addEventListener("dragover", (event) => {
    const lane = event.target.closest?.(".lane.takes");
    for (const other of document.querySelectorAll(".lane.over")) if (other !== lane) other.classList.remove("over");
    if (!lane || !carried) return;
    event.preventDefault();
    lane.classList.add("over");
  });

  document.addEventListener("drop", (event) => {
    const lane = event.target.closest?.(".lane.takes");
    const link = lane && addressTo(lane.dataset.stage);
    if (!link) return;
    event.preventDefault();
    window.location.assign(link.href);
  });

  document.addEventListener("dragend", clear);
})();
