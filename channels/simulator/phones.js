"use strict";
// The page asks for the world and waits until something changes; every phone shows what really arrived.
const NAMES = { wechat_oa: "微信公众号", wechat_mp: "微信小程序", sms: "短信" };
const phones = new Map();
const $ = (selector) => document.querySelector(selector);

async function send(method, path, body) {
  const answer = await fetch(`/simulator/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const result = answer.status === 204 ? null : await answer.json();
  $("#notice").textContent = answer.ok ? "" : result.detail;
  return answer.ok ? result : null;
}

const act = (key, what) => send("POST", `phones/${encodeURIComponent(key)}/acts`, what);

function makePhone(phone) {
  const element = $("#phone").content.firstElementChild.cloneNode(true);
  const field = element.querySelector("textarea");
  field.id = `say-${phone.key}`;
  element.querySelector("label").htmlFor = field.id;
  element.classList.add(phone.channel);
  element.dataset.key = phone.key;
  element.querySelector("h2").textContent = `${phone.name} · ${NAMES[phone.channel]}`;
  element.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    act(phone.key, { kind: "text", text });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      element.querySelector("form").requestSubmit();
    }
  });
  element.querySelector(".tools").addEventListener("click", (event) => {
    const kind = event.target.dataset.act;
    if (!kind) return;
    const asks = { voice: ["语音里说了什么(识别结果,可留空)?", ""], location: ["位置的名称", "园林街道翠园小区"], scan: ["网格编号", ""] };
    const text = asks[kind] ? window.prompt(...asks[kind]) : "";
    if (text !== null) act(phone.key, { kind, text });
  });
  $("#phones").append(element);
  return element;
}

function makeBubble(phone, bubble) {
  const item = document.createElement("li");
  item.className = bubble.mine ? "bubble mine" : "bubble";
  item.append(bubble.text);
  if (bubble.choices.length) {
    const list = document.createElement("div");
    list.className = "choices";
    for (const choice of bubble.choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = choice.label;
      button.addEventListener("click", () => act(phone.key, { kind: "choice", id: choice.id, text: choice.label }));
      list.append(button);
    }
    item.append(list);
  }
  const note = document.createElement("small");
  note.textContent = [bubble.note, new Date(bubble.at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai" })].filter(Boolean).join(" · ");
  item.append(note);
  return item;
}

function showPhone(phone) {
  if (!phones.has(phone.key)) phones.set(phone.key, { element: makePhone(phone), shown: 0 });
  const known = phones.get(phone.key);
  const quota = phone.channel === "sms" ? "" : phone.quota ? ` · 还可收 ${phone.quota.left} 条` : " · 对话窗口已关";
  known.element.querySelector(".meta").textContent = phone.user_id.slice(0, 12) + quota;
  const list = known.element.querySelector(".bubbles");
  for (const bubble of phone.bubbles.slice(known.shown)) list.append(makeBubble(phone, bubble));
  if (known.shown !== phone.bubbles.length) list.scrollTop = list.scrollHeight;
  known.shown = phone.bubbles.length;
}

async function watch() {
  let version = -1;
  for (;;) {
    try {
      const world = await (await fetch(`/simulator/world?since=${version}&wait=${version < 0 ? 0 : 20}`)).json();
      if (world.version < version) location.reload(); // the simulator was restarted: its phones are new
      version = world.version;
      world.phones.forEach(showPhone);
      $("#clock").textContent = new Date(world.now).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai" });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

document.addEventListener("click", (event) => {
  const { add, advance } = event.target.dataset;
  if (add) send("POST", "phones", { channel: add });
  if (advance) send("POST", "clock", { advance });
});
document.addEventListener("change", (event) => {
  const { id, value, checked, dataset } = event.target;
  if (dataset.switch) send("PATCH", "switches", { [dataset.switch]: checked });
  if (id === "errcode") send("PATCH", "switches", { wechat_errcode: Number(value) });
  if (id === "report") send("PATCH", "switches", { sms_report: value });
});
watch();
