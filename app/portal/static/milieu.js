// Everything works without this file. It only spares her a reload and shows her own time zone.

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime*='T']")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.title = time.textContent;
    time.textContent = moment.toLocaleString("en-GB", {
      dateStyle: "medium",
      timeStyle: "short",
    });
  }
}

// A region with data-refresh="seconds" is fetched anew until the answer no longer asks for it.
async function refreshRegion(region) {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || isInUse(region)) return scheduleRefresh(region);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(region.id);
  if (!fresh) return;
  if (fresh.innerHTML !== region.dataset.seen) {
    region.dataset.seen = fresh.innerHTML;
    region.replaceChildren(...fresh.childNodes);
    localTimes(region);
  }
  if (fresh.dataset.refresh) scheduleRefresh(region);
}

// What she has reached with the keyboard is not pulled from under her fingers.
function isInUse(region) {
  return region.contains(document.activeElement) && document.activeElement !== document.body;
}

function scheduleRefresh(region) {
  setTimeout(refreshRegion, Number(region.dataset.refresh) * 1000, region);
}

localTimes(document);
document.querySelectorAll("[data-refresh]").forEach(scheduleRefresh);

// A button with data-copy="id" copies the text of that element, where the browser can.
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.firstChild.textContent = "Copied ";
  });
});
