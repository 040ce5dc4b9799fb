// A temperature typed in with big keys: three digits, where on the body, with what.
import { Box, choice } from "./box.js";
import { Keypad } from "./keypad.js";
import { t } from "./text.js";

const LOWEST = 34.0;
const HIGHEST = 43.0;
/** Where on the body each kind of thermometer measures; the first is the usual one. */
const SITES = { body_estimate: ["forehead", "wrist", "neck"], contact: ["armpit", "ear"] };

/** °C of three digits, or null before the third. */
export const celsiusOf = (digits) => (digits.length === 3 ? Number(digits) / 10 : null);

/** What is wrong with it, as a key of the catalogue; null when it may be put in. */
export function wrongWith(celsius) {
  if (celsius < LOWEST) return "below_range";
  return celsius > HIGHEST ? "above_range" : null;
}

export class Manual {
  constructor() {
    this.box = new Box("manual");
    this.typed = this.box.dialog.querySelector("#typed");
    this.keypad = new Keypad(this.box.dialog, 3, () => this.draw());
    this.box.go.addEventListener("click", () => this.enter());
    this.box.dialog.addEventListener("keydown", (event) => {
      // Enter on a key or a choice presses that; anywhere else it means the form.
      if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) this.enter();
    });
  }

  /** @param of the screening whose person is measured again, or null */
  open(of = null) {
    this.of = of;
    const { dialog } = this.box;
    this.box.open();
    this.kinds = choice(dialog.querySelector(".kinds"), Object.keys(SITES), (kind) => t(`kind.${kind}`), (kind) => {
      this.sites = choice(dialog.querySelector(".sites"), SITES[kind], (site) => t(`site.${site}`), () => this.draw());
      this.sites.choose(SITES[kind][0]);
    });
    this.kinds.choose(of ? "contact" : "body_estimate");
    this.keypad.fresh();
    this.typed.tabIndex = -1;
    this.typed.focus();
  }

  draw() {
    const { digits } = this.keypad;
    const shown = `${digits}–––`.slice(0, 3);
    this.typed.textContent = `${shown.slice(0, 2)}.${shown.slice(2)} °C`;
    const celsius = celsiusOf(digits);
    const wrong = celsius === null ? null : wrongWith(celsius);
    this.box.say(wrong ? t(wrong) : "");
    const ready = celsius !== null && !wrong && Boolean(this.sites?.value);
    this.box.go.disabled = !ready;
    this.box.go.textContent = ready
      ? t("manual_go", { celsius: celsius.toFixed(1), site: t(`site.${this.sites.value}`) })
      : t("manual_wait");
  }

  async enter() {
    const celsius = celsiusOf(this.keypad.digits);
    if (this.box.go.disabled || celsius === null) return;
    const values = { celsius, kind: this.kinds.value, site: this.sites.value };
    if (this.of) values.remeasure_of = this.of;
    if (await this.box.put("typed", values)) this.box.close();
  }
}
