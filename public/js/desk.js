/** The dealer's desk: sign in, the DMS connection, the vehicles. */

import { call } from "./desk-api.js";
import { listenDms, showDms, stopDms } from "./desk-dms.js";
import { listenVehicles, showVehicles } from "./desk-vehicles.js";
import { byId } from "./dom.js";

const VIEWS = ["waiting", "closed", "broken", "sign-in", "signed-in"];

const form = byId("sign-in");
form.addEventListener("submit", signIn);
byId("sign-out").addEventListener("click", signOut);
byId("closed-retry").addEventListener("click", enter);
byId("broken-retry").addEventListener("click", enter);
listenDms(failed, refreshVehicles);
listenVehicles(failed, notify);
enter();

async function enter() {
  try {
    await call("GET", "/api/vehicles?limit=1");
  } catch (problem) {
    failed(problem);
    return;
  }
  view("signed-in");
  refreshVehicles();
  showDms(failed, refreshVehicles);
}

async function signIn(event) {
  event.preventDefault();
  const fault = byId("sign-in-fault");
  fault.textContent = "";
  try {
    await call("POST", "/api/session", { token: form.elements.token.value });
  } catch (problem) {
    if (problem.code === "auth-not-configured") view("closed");
    else fault.textContent = problem.message;
    form.elements.token.select();
    return;
  }
  form.reset();
  await enter();
  byId("desk").focus();
}

async function signOut() {
  stopDms();
  try {
    await call("DELETE", "/api/session");
  } catch (problem) {
    notify(problem.message);
    return;
  }
  await enter();
  if (byId("signed-in").hidden) notify("Signed out.");
  else notify("This installation also lets you in without a session: it runs locally, or behind Cloudflare Access.");
}

function refreshVehicles() {
  showVehicles(failed, notify);
}

/** What a problem means for the page: sign in, set up, try again, or just a word. */
function failed(problem) {
  if (problem.status === 401) view("sign-in");
  else if (problem.code === "auth-not-configured") view("closed");
  else if (byId("signed-in").hidden) {
    byId("broken-words").textContent = problem.message;
    view("broken");
  } else notify(problem.message);
}

function view(shown) {
  const before = VIEWS.find((id) => !byId(id).hidden);
  for (const id of VIEWS) byId(id).hidden = id !== shown;
  byId("sign-out").hidden = shown !== "signed-in";
  if (shown === "sign-in" && before !== "sign-in") form.elements.token.focus();
  if (shown !== "signed-in") stopDms();
}

function notify(words) {
  byId("notice").textContent = words;
  clearTimeout(notify.timer);
  notify.timer = setTimeout(() => { byId("notice").textContent = ""; }, 7000);
}
