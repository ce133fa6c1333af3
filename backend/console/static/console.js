"use strict";
// Live updates, drafts that survive, and the counter. Everything else on these pages works without this script.
const title = document.title;
const shown = new Map();
let waiting = knownWaiting();
let stream = null;
let giveUpLock = null;
let follows = true; // the transcript stays at its end unless somebody scrolled up
const $ = (id) => document.getElementById(id);
const FILLED = "input:not([type=hidden]), textarea, select";
const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;

// Somebody is filling in a form here: it is theirs, and the server will notice when it is out of date.
function isInUse(box) {
  if ("typed" in box.dataset) return true;
  const fields = [...box.querySelectorAll("input:not([type=hidden]), textarea")];
  return fields.some((field) => field.value !== field.defaultValue) || box.querySelector("form :focus") !== null;
}

function put(id, html) {
  const box = $(id);
  if (!box || shown.get(id) === html) return;
  const isFirst = !shown.has(id);
  shown.set(id, html);
  if ("keepsTyping" in box.dataset && isInUse(box)) {
    if (!isFirst) $(`${id}-news`).hidden = false;
    return;
  }
  const open = [...box.querySelectorAll("details[open]")].map((each) => each.id);
  const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = box.scrollTop;
  box.innerHTML = html;
  for (const name of open) $(name)?.setAttribute("open", "");
  box.scrollTop = box.getAttribute("role") === "log" && follows ? box.scrollHeight : scrolled;
  if (focused) $(focused)?.focus({ preventScroll: true });
  window.htmx?.process(box);
}

// Who waited when this page was made, else on the page before: whoever is not among them is new.
function knownWaiting() {
  const stored = sessionStorage.getItem("waiting");
  if (!document.getElementById("lists")) return stored === null ? null : new Set(JSON.parse(stored));
  const entries = document.querySelectorAll("#lists a[id^='waiting-']");
  return new Set([...entries].map((entry) => entry.id.slice("waiting-".length)));
}

function showWaiting(now) {
  const urgent = now.some((each) => each.urgent);
  document.title = now.length ? `(${now.length}) ${title}` : title;
  const badge = $("nav-waiting");
  if (badge) {
    badge.textContent = now.length || "";
    badge.classList.toggle("urgent", urgent);
    if (urgent) badge.textContent += " 紧急";
  }
  const fresh = waiting === null ? [] : now.filter((each) => !waiting.has(each.id));
  if (fresh.length) notice(`新的居民在等:${fresh.map((each) => each.label + (each.urgent ? "(紧急)" : "")).join("、")}`);
  waiting = new Set(now.map((each) => each.id));
  sessionStorage.setItem("waiting", JSON.stringify([...waiting]));
}

function notice(text) {
  $("live-notice").textContent = text;
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => ($("live-notice").textContent = ""), 12000);
}

function allowSpeaking() {
  const mine = document.querySelector("#c-head [data-mine]")?.dataset.mine === "yes";
  const field = $("say-text");
  if (!field) return;
  field.disabled = !mine;
  field.placeholder = mine ? "" : "先接手,再回复";
  field.form.querySelector("button").disabled = !mine;
}

function connect() {
  const url = document.body.dataset.live;
  if (stream || !url) return;
  stream = new EventSource(url);
  stream.addEventListener("open", () => ($("live-away").hidden = true));
  stream.addEventListener("error", () => {
    $("live-away").hidden = false;
    if (stream?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    disconnect();
    setTimeout(reconnect, 3000);
  });
  stream.addEventListener("snapshot", (event) => {
    const news = JSON.parse(event.data);
    for (const [id, html] of Object.entries(news.parts)) put(id, html);
    showWaiting(news.waiting);
    if ($("nav-tasks")) $("nav-tasks").textContent = news.tasks || "";
    allowSpeaking();
  });
}

// The server refused the stream: signed out (then the sign-in page comes), or it is being restarted.
async function reconnect() {
  try {
    const answer = await fetch(location.href, { redirect: "manual" });
    if (answer.type === "opaqueredirect") signInAgain();
    else connect();
  } catch {
    setTimeout(reconnect, 3000);
  }
}

function signInAgain() {
  keepWhatIsFilledIn([...document.forms].find((form) => form.method !== "get" && isInUse(form)));
  location.href = `/console/login?expired=1&next=${encodeURIComponent(`${location.pathname + location.search}#again`)}`;
}

function disconnect() {
  stream?.close();
  stream = null;
}

// Browsers open six connections to a server over HTTP/1.1. Of all hidden tabs one keeps its stream (and its title count).
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    giveUpLock?.();
    giveUpLock = null;
    connect();
    return;
  }
  navigator.locks?.request("youshi-hidden-tab", { ifAvailable: true }, (lock) => {
    if (lock) return new Promise((resolve) => (giveUpLock = resolve));
    disconnect();
    return undefined;
  });
});

// How many messages a text costs: SMS count UTF-16 code units, WeChat takes 2048 bytes at a time.
const COSTS = {
  sms(text, extra) {
    const units = text.length + extra;
    return `,算 ${units <= 70 ? 1 : Math.ceil(units / 67)} 条短信`;
  },
  wechat(text) {
    const pieces = Math.ceil(new TextEncoder().encode(text).length / 2048);
    return pieces > 1 ? `,要分 ${pieces} 条发` : "";
  },
};

function count(field) {
  const units = field.value.length;
  const cost = COSTS[field.dataset.count]?.(field.value.trim(), Number(field.dataset.extra || 0)) ?? "";
  const text = `${units} 个字${cost}`;
  const where = $(field.getAttribute("aria-describedby"));
  if (where) where.textContent = units ? text : "";
}

for (const field of document.querySelectorAll("[data-draft]")) {
  const kept = sessionStorage.getItem(field.dataset.draft);
  if (kept && !field.value) field.value = kept;
  count(field);
  field.addEventListener("input", () => {
    sessionStorage.setItem(field.dataset.draft, field.value);
    count(field);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.value.trim()) field.form.requestSubmit();
  });
  field.form.addEventListener("submit", () => {
    if (!window.htmx) sessionStorage.removeItem(field.dataset.draft);
  });
}

// Sent: only now the text may go.
document.addEventListener("htmx:afterRequest", (event) => {
  const field = event.detail.elt.querySelector?.("[data-draft]");
  if (!field || !event.detail.successful) return;
  field.value = "";
  sessionStorage.removeItem(field.dataset.draft);
  count(field);
  const box = field.closest("details");
  if (box) box.open = false;
  ($("say-text")?.disabled === false ? $("say-text") : field).focus();
});
document.addEventListener("htmx:sendError", () => notice("没有发出去:和服务器断开了。您写的还在。"));

// A form that is sent as a page may come back as the sign-in page: what was filled in waits until the page says how it went.
function keepWhatIsFilledIn(form) {
  if (!form || form.method === "get" || form.hasAttribute("hx-post") || !form.querySelector(FILLED)) return;
  const values = [...form.querySelectorAll(FILLED)].map((field) => [field.name, field.value, field.checked]);
  sessionStorage.setItem("sent", JSON.stringify({ form: form.getAttribute("action"), values }));
}
document.addEventListener("submit", (event) => keepWhatIsFilledIn(event.target));

function putBackWhatWasFilledIn() {
  const sent = JSON.parse(sessionStorage.getItem("sent"));
  sessionStorage.removeItem("sent");
  if (location.hash !== "#again") return;
  history.replaceState(null, "", location.pathname + location.search);
  const form = [...document.forms].find((each) => each.getAttribute("action") === sent?.form);
  if (!form) return;
  for (const field of form.querySelectorAll(FILLED)) {
    const kept = sent.values.find(([name]) => name === field.name);
    if (kept && field.type === "checkbox") field.checked = kept[2];
    else if (kept) field.value = kept[1];
  }
  form.closest("details")?.setAttribute("open", "");
  form.scrollIntoView({ block: "center" });
  notice("刚才没有提交,您写的还在,请再提交一次。");
}
putBackWhatWasFilledIn();

const log = $("c-transcript");
if (log) {
  log.addEventListener("scroll", () => (follows = isAtEnd(log)));
  new ResizeObserver(() => {
    if (follows) log.scrollTop = log.scrollHeight;
  }).observe(log);
}
connect();
