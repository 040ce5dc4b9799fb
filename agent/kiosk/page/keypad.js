// Digits as big keys, and the same digits from a keyboard.
import { button } from "./box.js";
import { t } from "./text.js";

/** @param dialog whose `.keys` it fills @param most digits @param changed called with the digits after each key */
export class Keypad {
  constructor(dialog, most, changed) {
    this.digits = "";
    this.most = most;
    this.changed = changed;
    this.place = dialog.querySelector(".keys");
    dialog.addEventListener("keydown", (event) => {
      if (/^\d$/.test(event.key)) this.press(event.key);
      else if (event.key === "Backspace") this.back();
      else return;
      event.preventDefault();
    });
  }

  /** Draws the keys in the language of now, and empties them. */
  fresh() {
    const keys = [..."123456789"].map((digit) => button(digit, () => this.press(digit)));
    const back = button("⌫", () => this.back());
    back.setAttribute("aria-label", t("back"));
    const clear = button("C", () => this.set(""));
    clear.setAttribute("aria-label", t("clear"));
    this.place.replaceChildren(...keys, clear, button("0", () => this.press("0")), back);
    this.set("");
  }

  press(digit) {
    if (this.digits.length < this.most) this.set(this.digits + digit);
  }

  back() {
    this.set(this.digits.slice(0, -1));
  }

  set(digits) {
    this.digits = digits;
    this.changed(digits);
  }
}
