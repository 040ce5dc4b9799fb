// A household card stands for several people: who of them is here. Nobody has to choose; the gate goes on without it.
import { at, button } from "./box.js";
import { newForm, put } from "./link.js";
import { t, why } from "./text.js";

export class Household {
  constructor() {
    this.people = [];
    this.drawn = "";
    this.busy = false;
  }

  take(board) {
    this.people = board.household;
    this.draw();
  }

  draw() {
    const drawn = JSON.stringify([this.people, t("household")]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const count = this.people.length;
    at("household").hidden = count === 0;
    at("household-says").textContent = t("household", { count });
    at("household-keys").style.setProperty("--columns", String(count > 6 ? Math.ceil(count / 2) : count));
    at("household-keys").replaceChildren(...this.people.map((person) => this.key(person)));
  }

  /** The number as it is printed on the card; below it what is wrong with this person's validity. */
  key({ number, status, expires }) {
    const made = button(String(number), () => this.choose(number), { number, status });
    const worth = t(status, {}, "code.status.");
    const until = expires ? t("until", { date: expires }) : "";
    made.setAttribute("aria-label", [t("member", { number }), worth, until].filter(Boolean).join(" "));
    if (status !== "valid") {
      const small = document.createElement("small");
      small.textContent = worth;
      made.append(small);
    }
    return made;
  }

  async choose(number) {
    if (this.busy) return;
    this.busy = true;
    const answer = await put("act/member", { form: newForm(), number });
    this.busy = false;
    if (!answer.ok) at("household-says").textContent = why(answer.word);
  }
}
