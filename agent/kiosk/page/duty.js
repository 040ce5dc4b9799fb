// Who is on duty: sign on with a staff card before the camera, sign off, and everybody sees when nobody is.
import { at, Box } from "./box.js";
import { t } from "./text.js";

const WAIT_SECONDS = 30;

export class Duty {
  /** @param say speaks a prompt */
  constructor(say) {
    this.say = say;
    this.until = 0;
    this.board = null;
    this.box = new Box("duty-box", () => { this.until = 0; });
    at("sign-on").addEventListener("click", () => this.signOn());
    at("sign-off").addEventListener("click", async () => {
      if (await this.box.put("sign_off")) this.box.close();
    });
  }

  open() {
    this.box.open();
    this.draw();
  }

  take(board) {
    const before = this.board?.operator;
    this.board = board;
    if (this.waiting && board.operator && (board.operator !== before || board.operator !== this.was)) {
      this.until = 0;
      this.say("signed_on");
      this.box.close();
    }
    if (this.box.dialog.open) this.draw();
  }

  get waiting() {
    return this.until > performance.now();
  }

  async signOn() {
    if (this.waiting) return;
    this.was = this.board?.operator ?? null;
    if (!(await this.box.put("wait_for_duty"))) return;
    this.until = performance.now() + WAIT_SECONDS * 1000;
    this.say("show_card");
    const timer = setInterval(() => {
      if (this.box.dialog.open) this.draw();
      if (this.waiting) return;
      clearInterval(timer);
      if (this.box.dialog.open) this.box.say(t("no_card"));
    }, 250);
    this.draw();
  }

  draw() {
    const operator = this.board?.operator;
    const seconds = Math.ceil((this.until - performance.now()) / 1000);
    const says = this.waiting ? t("show_card", { seconds }) : operator ? t("on_duty", { operator }) : t("nobody_on_duty");
    at("duty-says").textContent = says;
    at("sign-on").disabled = this.waiting;
    at("sign-off").disabled = !operator;
  }
}
