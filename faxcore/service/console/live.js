// Keeps the rows of the queue up to date while the page is looked at.
"use strict";
const rows = document.getElementById("rows");
const live = document.getElementById("live");
let seen = "";

async function refresh() {
  if (document.hidden || rows.contains(document.activeElement)) return;
  const address = new URL(location.href);
  address.searchParams.set("rows", "1");
  try {
    const answer = await fetch(address, { redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (seen && text !== seen) rows.innerHTML = text;
    seen = text;
    live.textContent = "Up to date at " + new Date().toLocaleTimeString();
  } catch {
    live.textContent = "The service does not answer; trying again.";
  }
}

setInterval(refresh, 3000);
refresh();
