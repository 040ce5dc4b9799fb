// The gate's screen: shows the last verdict for a while, then waits for the next person.
const WORDS = {
  pass: ["✔", "请通过", "pass", ""],
  recheck: ["▲", "请休息再测", "rest and measure again", "坐三分钟，再测一次 · sit three minutes, then again"],
  stop: ["✖", "请留步", "please stay", "请等工作人员 · wait for a member of staff"],
  none: ["?", "没有测出", "no result", "请重新测量，或测手腕内侧 · again, or the wrist under the sleeve"],
  waiting: ["●", "请靠近", "step closer", ""],
};
const SHOWN_MILLISECONDS = 6000;
const at = (id) => document.getElementById(id);
let last = null;
let timer = 0;

function show(verdict, screening) {
  const [shape, zh, en, next] = WORDS[verdict];
  document.body.dataset.verdict = verdict;
  at("shape").textContent = shape;
  at("word").textContent = `${zh} · ${en}`;
  at("value").textContent = screening?.celsius != null ? `${screening.celsius.toFixed(1)} °C` : "";
  at("reason").textContent = (screening?.reasons ?? []).map((reason) => reason.zh).join("，");
  at("next").textContent = next;
}

const source = new EventSource("events");
source.onmessage = (event) => {
  const board = JSON.parse(event.data);
  at("gate").textContent = board.gate;
  at("office").textContent = board.online ? "办公室已连接" : `办公室连不上，已存 ${board.waiting} 条`;
  at("troubles").textContent = board.troubles.map((trouble) => `${trouble.zh} · ${trouble.en}`).join("　");
  if (board.screening && board.screening.id !== last) {
    last = board.screening.id;
    show(board.screening.verdict, board.screening);
    clearTimeout(timer);
    timer = setTimeout(() => show("waiting"), SHOWN_MILLISECONDS);
  }
};
source.onerror = () => { at("troubles").textContent = "屏幕与卡点断开，正在重连 · reconnecting to the gate"; };
