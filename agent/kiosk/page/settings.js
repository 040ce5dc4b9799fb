// This screen's own settings: language, the three classes of sound, and the night.
import { at, Box, button, choice } from "./box.js";
import { CLASSES } from "./sound.js";
import { LANGUAGES, spoken, t } from "./text.js";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const VOLUMES = [0, 0.1, 0.2, 0.3, 0.5, 0.7, 1];
const SAMPLE = { pass: "pass", attention: "recheck", stop: "stop" };

export class Settings {
  /** @param sound the speaker @param changeLanguage called with `zh` or `en` */
  constructor(sound, changeLanguage) {
    this.sound = sound;
    this.changeLanguage = changeLanguage;
    this.box = new Box("settings");
    this.selects = this.box.dialog.querySelectorAll("select");
    for (const select of this.selects) {
      select.addEventListener("change", () => sound.set({ [select.name]: Number(select.value) }));
    }
  }

  open() {
    this.draw();
    this.box.open();
  }

  draw() {
    const { dialog } = this.box;
    const names = Object.fromEntries(LANGUAGES);
    const languages = choice(dialog.querySelector(".languages"), Object.keys(names), (one) => names[one], async (one) => {
      if (one === spoken()) return;
      await this.changeLanguage(one);
      this.draw();
    });
    languages.choose(spoken());
    dialog.querySelector(".switches").replaceChildren(...CLASSES.map((kind) => this.switch(kind)));
    for (const select of this.selects) {
      const values = select.name === "volume" ? VOLUMES : HOURS;
      const now = this.sound.settings[select.name];
      const all = values.includes(now) ? values : [...values, now].sort((one, other) => one - other);
      select.replaceChildren(...all.map((value) => {
        const text = select.name === "volume" ? `${Math.round(value * 100)} %` : `${value}:00`;
        return new Option(text, value, value === now, value === now);
      }));
    }
    at("settings").dataset.language = spoken();
  }

  switch(kind) {
    const on = this.sound.settings.on.includes(kind);
    const made = button(`${t(`sound.${kind}`)} ${t(on ? "on" : "off")}`, () => {
      const { on: before } = this.sound.settings;
      this.sound.set({ on: CLASSES.filter((one) => (one === kind ? !on : before.includes(one))) });
      this.draw();
      if (!on) this.sound.say(SAMPLE[kind]);
      this.box.dialog.querySelector(`[data-kind="${kind}"]`).focus();
    }, { kind });
    made.setAttribute("role", "switch");
    made.ariaChecked = String(on);
    return made;
  }
}
