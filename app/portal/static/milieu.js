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

// A form with data-upload is sent so that it can be said how far it is; what comes back is shown.
function showProgress(form) {
  const status = form.querySelector("[data-progress]");
  const [bar, words] = status.children;
  const [button] = form.getElementsByTagName("button");
  const say = (text, share) => {
    status.hidden = false;
    words.textContent = text;
    bar.hidden = share === undefined;
    if (share >= 0) bar.value = share;
    else bar.removeAttribute("value");
  };
  const stop = (text) => {
    say(text);
    button.disabled = false;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [file] = form.querySelector("input[type=file]").files;
    if (file.size > Number(form.dataset.upload)) {
      return stop("This file is larger than what is read. Leave the media out of it.");
    }
    const sent = new XMLHttpRequest();
    sent.upload.addEventListener("progress", ({ loaded, total }) => {
      if (loaded === total) return say("It is all here; your posts are being counted.", -1);
      say(`${Math.floor((100 * loaded) / total)} % has been sent.`, loaded / total);
    });
    sent.addEventListener("error", () => stop("The upload broke off. Please try again."));
    sent.addEventListener("load", () => {
      if (sent.status === 200) return location.assign(sent.responseURL);
      const page = new DOMParser().parseFromString(sent.responseText, "text/html");
      const fresh = page.getElementById(form.id);
      if (!fresh) return stop("That did not work. Reload this page and try again.");
      form.replaceWith(fresh);
      showProgress(fresh);
    });
    button.disabled = true;
    form.querySelector("[role=alert]")?.remove();
    say("Sending.", 0);
    sent.open("POST", form.action);
    sent.setRequestHeader("Accept", "text/html");
    sent.send(new FormData(form));
  });
}

document.querySelectorAll("form[data-upload]").forEach(showProgress);
