// Jobvej's own few lines: they start the design system and warn before a login ends. Every page works without them.
"use strict";
DKFDS.init();

// The design system counts signs in Danish unless it is told otherwise, and init() takes no words: so not by init().
for (const box of document.querySelectorAll(".jv-limit")) {
  box.classList.add("form-limit");
  new DKFDS.CharacterLimit(box, JSON.parse(box.dataset.texts)).init();
}

(function warnBeforeLoginEnds() {
  const secondsLeft = Number(document.body.dataset.secondsLeft);
  const dialog = document.getElementById("jv-ending");
  if (!secondsLeft || !dialog) return;
  const WARN_SECONDS = 300;
  const countdown = dialog.querySelector(".jv-countdown");
  const stay = dialog.querySelector("form[action='/forlaeng']");
  let endsAt = Date.now() + secondsLeft * 1000;

  function show() {
    const left = Math.round((endsAt - Date.now()) / 1000);
    if (left <= 0) {
      location.replace("/logget-af?tid=1");
      return;
    }
    if (left <= WARN_SECONDS) {
      const minutes = Math.ceil(left / 60);
      const text = left > 60
        ? countdown.dataset.minutes.replace("{n}", minutes)
        : countdown.dataset.seconds.replace("{n}", Math.ceil(left / 10) * 10);
      if (countdown.textContent !== text) countdown.textContent = text;
      if (!dialog.open) dialog.showModal();
    }
  }

  stay.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch("/forlaeng", {
      method: "POST",
      headers: { Accept: "application/json", "X-Form-Token": stay.elements[0].value },
    });
    if (!answer.ok || answer.redirected) {
      location.replace("/logget-af?tid=1");
      return;
    }
    endsAt = Date.now() + Number(answer.headers.get("X-Seconds-Left")) * 1000;
    dialog.close();
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  setInterval(show, 1000);
  // Another page of the same login, or a page brought back from the browser's memory, is asked for again.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();

for (const button of document.querySelectorAll(".jv-print")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
