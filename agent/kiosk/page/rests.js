// Who sits and waits for the second measurement. Tapping one says that they stand here now.
import { at, Box, button, choice } from "./box.js";
import { clock, degrees } from "./state.js";
import { t } from "./text.js";

/** Where the gate's own thermometer can measure; none of them: as it always does. */
const SITES = ["forehead", "wrist", "neck"];

export class Rests {
  /** @param manual the form for a contact thermometer @param say speaks a prompt */
  constructor(manual, say) {
    this.say = say;
    this.rests = [];
    this.chosen = null;
    this.box = new Box("rest-box");
    at("rest-again").addEventListener("click", async () => {
      const back = this.chosen.chosen;
      const site = this.sites.value;
      const values = back ? { id: null } : { id: this.chosen.id, ...(site && { site }) };
      if (!(await this.box.put("remeasure", values))) return;
      this.box.close();
      if (!back) this.say("again");
    });
    at("rest-type").addEventListener("click", () => {
      this.box.close();
      manual.open(this.chosen.id);
    });
  }

  take(board) {
    const now = performance.now() / 1000;
    const known = new Map(this.rests.map((rest) => [rest.id, rest]));
    this.rests = board.rests.map(({ id, celsius, chosen = false, seconds_left: left }) => {
      const before = known.get(id);
      return { id, celsius, chosen, until: now + left, told: before ? before.told : left <= 0 };
    });
    this.draw();
  }

  /** Called every quarter of a second: the seconds count, and the end is said once. */
  draw() {
    const now = performance.now() / 1000;
    for (const rest of this.rests) {
      if (rest.until <= now && !rest.told) {
        rest.told = true;
        this.say("rested");
      }
    }
    const shown = this.rests.map((rest) => ({ rest, left: rest.until - now }));
    const text = ({ rest, left }) => {
      const value = rest.celsius === null ? "" : `${degrees(rest.celsius)}° `;
      return value + (rest.chosen ? t("rest_chosen") : left > 0 ? clock(left) : t("rest_over"));
    };
    const place = at("rests");
    const ids = this.rests.map((rest) => rest.id).join();
    if (place.dataset.ids !== ids) {
      place.dataset.ids = ids;
      place.replaceChildren(...this.rests.map((rest) => button("", () => this.open(rest.id), { id: rest.id })));
    }
    [...place.children].forEach((one, index) => {
      const says = text(shown[index]);
      if (one.textContent !== says) one.textContent = says;
      one.dataset.over = String(shown[index].left <= 0);
      one.dataset.chosen = String(shown[index].rest.chosen);
    });
  }

  open(id) {
    this.chosen = this.rests.find((rest) => rest.id === id);
    if (!this.chosen) return;
    const { celsius, chosen } = this.chosen;
    this.sites = choice(this.box.dialog.querySelector(".sites"), SITES, (site) => t(`site.${site}`));
    this.box.go.textContent = t(chosen ? "not_now" : "measure_again");
    at("rest-says").textContent = celsius === null ? t("rest_ask_plain") : t("rest_ask", { celsius: degrees(celsius) });
    this.box.open();
  }
}
