// What forms and links can't do alone. Every page works without it.
"use strict";

function ready(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  for (const part of root.querySelectorAll("[data-live]")) follow(part);
  for (const opener of root.querySelectorAll("[data-opens]")) opener.hidden = false;
}

// Parts that show what is live: the server says that something changed, and the part is asked for again.
const lines = new Map();
function follow(part) {
  const address = part.dataset.live;
  if (lines.has(address)) return;
  const line = new EventSource(address);
  let waiting = null;
  const again = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const shown = document.querySelector(`[data-live="${address}"]`);
      if (!shown) return close();
      const select = `#${shown.id}`;
      htmx.ajax("GET", location.pathname + location.search, { target: select, select, swap: "outerHTML" });
    }, 80);
  };
  const close = () => { line.close(); lines.delete(address); };
  line.addEventListener("open", again); // what happened before the line was open
  line.addEventListener("changed", again);
  lines.set(address, line);
}
addEventListener("pagehide", () => { for (const line of lines.values()) line.close(); lines.clear(); });

// A field that was checked and is edited has not been checked: the way on is closed until the server opens it again.
document.addEventListener("input", (event) => {
  if (!event.target.closest("[data-checked]")) return;
  for (const next of document.querySelectorAll("[data-next]")) next.disabled = true;
  for (const why of document.querySelectorAll("[data-why]")) why.textContent = "Changed: check again first";
});

// Of several ways to sign in, only the boxes of the chosen one are shown and sent.
function choose(form) {
  const chosen = form.querySelector("input[name=scheme]:checked");
  for (const part of form.querySelectorAll("[data-scheme]")) {
    part.hidden = part.disabled = Boolean(chosen) && part.dataset.scheme !== chosen.value;
    if (chosen) part.querySelector("legend").classList.add("unseen"); // the chosen one says it
  }
}
document.addEventListener("change", (event) => {
  if (event.target.name === "scheme") choose(event.target.form);
});

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
    copy.textContent = "Copied";
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

document.addEventListener("htmx:load", (event) => {
  ready(event.target.parentElement || document);
  for (const form of document.querySelectorAll("form")) choose(form);
});
// What a part says now is read out, wherever it stands.
document.addEventListener("htmx:afterSettle", () => {
  const words = document.querySelectorAll("#answer .system strong, #answer .system .state, #answer .notice, #live [data-told]");
  const told = document.getElementById("told");
  if (told) told.textContent = Array.from(words, (it) => it.textContent.replace(/\s+/g, " ").trim()).join(". ");
});
// No answer at all: say so where it was asked for, and keep what was typed.
document.addEventListener("htmx:sendError", () => {
  const told = document.getElementById("lost");
  if (told) told.hidden = false;
});
ready(document);
for (const form of document.querySelectorAll("form")) choose(form);
