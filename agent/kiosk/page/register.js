// An outsider's entry. It leaves the page once, is sealed in the gate's memory, and is gone from here.
import { Box, button } from "./box.js";
import { ask } from "./link.js";
import { chinese, t } from "./text.js";
import { idNumber, mobile } from "./visitor.js";

const CHIPS = {
  origin: ["origin.city", "origin.province", "origin.elsewhere"],
  purpose: ["purpose.visit", "purpose.delivery", "purpose.repair", "purpose.care"],
};

const ORDER = ["name", "phone", "origin", "purpose", "host"];

export class Register {
  /** @param done called when somebody was registered */
  constructor(done) {
    this.done = done;
    this.box = new Box("register", () => this.empty());
    this.fields = this.box.dialog.querySelector("form").elements;
    this.whyNot = this.box.dialog.querySelector(".why-not");
    this.noPhone = this.box.dialog.querySelector(".no-phone");
    this.chosen = {};
    this.noPhone.addEventListener("click", () => this.withoutPhone(this.noPhone.ariaPressed !== "true"));
    this.fields.phone.addEventListener("input", () => {
      // The number is whole: on to the next field, which saves a tap.
      if (mobile(this.fields.phone.value) && this.fields.phone.value.length >= 11) this.fields.origin.focus();
    });
    this.box.dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.enter();
    });
    for (const name of ORDER) {
      this.fields[name].addEventListener("keydown", (event) => this.onward(event, name));
    }
  }

  async open() {
    this.chips();
    this.withoutPhone(false);
    this.whyNot.hidden = true;
    this.box.dialog.classList.remove("closed");
    this.box.open();
    this.fields.name.focus();
    const session = await ask("session");
    const word = session ? session.register : "not_sent";
    if (word !== "yes" && this.box.dialog.open) {
      this.whyNot.textContent = t(word ?? "not_sent");
      this.whyNot.hidden = false;
      this.box.dialog.classList.add("closed");
      this.box.dialog.querySelector(".cancel").focus();
    }
  }

  /** Nothing typed stays in the page. */
  empty() {
    this.box.dialog.querySelector("form").reset();
    this.chosen = {};
  }

  chips() {
    for (const [line, words] of Object.entries(CHIPS)) {
      const place = this.box.dialog.querySelector(`[data-line="${line}"] .chips`);
      const buttons = words.map((word) => button(t(word), () => this.choose(line, word, buttons, words), { word }));
      for (const one of buttons) one.ariaPressed = "false";
      place.replaceChildren(...buttons);
    }
  }

  choose(line, word, buttons, words) {
    this.chosen[line] = this.chosen[line] === word ? null : word;
    buttons.forEach((one, index) => {
      one.ariaPressed = String(words[index] === this.chosen[line]);
    });
    if (line === "purpose" && this.chosen.purpose && !this.fields.host.value) this.fields.host.focus();
  }

  withoutPhone(without) {
    this.noPhone.ariaPressed = String(without);
    this.fields.phone.disabled = without;
    if (without) {
      this.fields.phone.value = "";
      this.fields.origin.focus();
    }
  }

  /** Enter goes to the next field; on the last one it is the button. */
  onward(event, name) {
    if (event.key !== "Enter" || event.isComposing || name === ORDER.at(-1)) return;
    event.preventDefault();
    const next = ORDER.slice(ORDER.indexOf(name) + 1).find((one) => !this.fields[one].disabled);
    this.fields[next].focus();
  }

  line(name) {
    return [this.chosen[name] ? chinese(this.chosen[name]) : "", this.fields[name].value.trim()].filter(Boolean).join(" ");
  }

  /** {values} of the form, or {wrong, field} with a key of the catalogue. */
  read() {
    const values = { name: this.fields.name.value.trim(), origin: this.line("origin"), purpose: this.line("purpose") };
    values.host = this.fields.host.value.trim();
    if (!values.name) return { wrong: "name_missing", field: "name" };
    values.phone = this.fields.phone.disabled ? "" : mobile(this.fields.phone.value);
    if (values.phone === null) return { wrong: "phone_wrong", field: "phone" };
    for (const name of ["origin", "purpose", "host"]) {
      if (!values[name]) return { wrong: `${name}_missing`, field: name };
    }
    const number = this.fields.id_number.value.trim();
    values.id_number = number ? idNumber(number) : "";
    return values.id_number === null ? { wrong: "id_wrong", field: "id_number" } : { values };
  }

  async enter() {
    const { values, wrong, field } = this.read();
    for (const one of this.fields) if (one.name) one.ariaInvalid = String(one.name === field);
    if (wrong) {
      this.box.say(t(wrong));
      this.fields[field].focus();
      return;
    }
    if (!(await this.box.put("register", { entry: values }))) return;
    this.box.close();
    this.done();
  }
}
