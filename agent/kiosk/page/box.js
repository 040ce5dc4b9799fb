// What all dialogs share: opening, one form a time, one act however often the button is tapped, and why it was refused.
import { newForm, put } from "./link.js";
import { why } from "./text.js";

export const at = (id) => document.getElementById(id);

export class Box {
  /** @param id of the dialog @param closed called when it closes */
  constructor(id, closed = () => {}) {
    this.dialog = at(id);
    this.go = this.dialog.querySelector(".go");
    this.wrong = this.dialog.querySelector(".wrong");
    this.busy = false;
    for (const one of this.dialog.querySelectorAll(".cancel")) one.addEventListener("click", () => this.close());
    this.dialog.addEventListener("close", closed);
  }

  open() {
    this.form = newForm();
    this.say("");
    if (!this.dialog.open) this.dialog.showModal();
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  say(text) {
    if (this.wrong) this.wrong.textContent = text;
  }

  /** Puts the form in once. True when it was done; else the reason stands in the dialog and the same form stays. */
  async put(act, values = {}) {
    if (this.busy) return false;
    this.busy = true;
    this.dialog.setAttribute("aria-busy", "true");
    const answer = await put(`act/${act}`, { form: this.form, ...values });
    this.busy = false;
    this.dialog.removeAttribute("aria-busy");
    if (!answer.ok) this.say(why(answer.word));
    else this.form = newForm();
    return answer.ok;
  }
}

export function button(text, press, more = {}) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  Object.assign(made.dataset, more);
  made.addEventListener("click", press);
  return made;
}

/** Buttons of which one is chosen. Returns {choose(value), value}. */
export function choice(place, values, label, chosen = () => {}) {
  const state = { value: null, choose };
  const buttons = values.map((value) => button(label(value), () => choose(value), { value }));
  for (const one of buttons) one.setAttribute("role", "radio");
  place.replaceChildren(...buttons);
  function choose(value) {
    state.value = value;
    buttons.forEach((one, index) => one.setAttribute("aria-checked", String(values[index] === value)));
    chosen(value);
  }
  return state;
}
