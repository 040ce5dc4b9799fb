"""Measures a page as it is laid out: what sticks out, what is too small for gloves, what is too faint."""

MEASURE = """
() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 0;
  const parse = (text) =>
    [...text.matchAll(/rgba?\\(([^)]+)\\)/g)].map((found) => found[1].split(/[ ,/]+/).map(Number));
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const grounds = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      const image = parse(style.backgroundImage);
      if (image.length) return image;
      const [colour] = parse(style.backgroundColor);
      if (colour && (colour[3] ?? 1) === 1) return [colour];
    }
    return [[255, 255, 255]];
  };
  const dialog = document.querySelector("dialog[open]");
  const problems = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) problems.push("the page scrolls");
  const inside = (one, box, name) => {
    const [inner, outer] = [one.getBoundingClientRect(), box.getBoundingClientRect()];
    const sides = inner.left < outer.left - 1 || inner.right > outer.right + 1;
    if (sides || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1) {
      problems.push(`${name} sticks out: ${one.textContent}`);
    }
  };
  const main = document.querySelector("main");
  for (const one of document.querySelectorAll("#says > *")) if (one.textContent) inside(one, main, one.id);
  const scrolls = (one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1;
  if (dialog && scrolls(dialog)) problems.push("the dialog scrolls");
  for (const one of document.querySelectorAll("button, input, select")) {
    if (!shown(one) || (dialog && !dialog.contains(one)) || one.matches(".badge")) continue;
    const { width, height } = one.getBoundingClientRect();
    if (width < 64 || height < 64) problems.push(`${one.textContent || one.name}: ${width} x ${height} is small`);
    if (one.scrollWidth > one.clientWidth + 1) problems.push(`${one.textContent} does not fit its button`);
  }
  for (const one of document.querySelectorAll("body *")) {
    const text = [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    if (!text || !shown(one) || one.matches("option, script")) continue;
    const style = getComputedStyle(one);
    if (one.scrollWidth > one.clientWidth + 1 && style.overflow !== "visible") problems.push(`cut off: ${text}`);
    const [ink] = parse(style.color);
    const least = Math.min(...grounds(one).map((ground) => contrast(ink, ground)));
    if (least < 4.5) problems.push(`contrast ${least.toFixed(2)}: ${text}`);
  }
  return problems;
}
"""

FACE = """
() => ({
  face: document.body.dataset.face,
  word: document.getElementById("word").textContent,
  value: document.getElementById("value").textContent,
  reason: document.getElementById("reason").textContent,
  next: document.getElementById("next").textContent,
  shape: [...document.querySelectorAll("#shape svg")]
    .filter((one) => getComputedStyle(one).display !== "none")
    .map((one) => one.getAttribute("class"))
    .join(),
  pixels: parseFloat(getComputedStyle(document.getElementById("word")).fontSize),
  hatched: getComputedStyle(document.querySelector("main")).backgroundImage.includes("repeating"),
})
"""
