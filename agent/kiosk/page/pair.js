// A phone on the gate's network is asked for the PIN once in half a day.
import { Box } from "./box.js";
import { Keypad } from "./keypad.js";
import { put } from "./link.js";
import { why } from "./text.js";

const LEAST = 6;

export class Pair {
  constructor() {
    this.box = new Box("pair");
    this.shown = this.box.dialog.querySelector("#pin");
    this.keypad = new Keypad(this.box.dialog, 12, (digits) => {
      this.shown.textContent = "●".repeat(digits.length) || "－";
      this.box.go.disabled = digits.length < LEAST;
    });
    this.box.go.addEventListener("click", () => this.enter());
    this.box.dialog.addEventListener("cancel", (event) => event.preventDefault());
  }

  open() {
    if (this.box.dialog.open) return;
    this.box.open();
    this.keypad.fresh();
  }

  async enter() {
    const answer = await put("pair", { pin: this.keypad.digits });
    if (answer.ok) this.box.close();
    else this.box.say(why(answer.word));
    this.keypad.set("");
  }
}
