// Reads a page in jsdom and prints what axe has against it, as JSON. jsdom draws nothing: contrast is left to a browser.
const { readFileSync } = require("fs");
const [, , engines, file] = process.argv;
const { JSDOM } = require(`${engines}/jsdom`);
const axe = readFileSync(require.resolve(`${engines}/axe-core/axe.min.js`), "utf-8");

const { window } = new JSDOM(readFileSync(file, "utf-8"), { runScripts: "outside-only", pretendToBeVisual: true });
window.eval(axe);
window.axe.run(window.document, { rules: { "color-contrast": { enabled: false } } }).then((found) => {
  console.log(JSON.stringify(found.violations.map(({ id, nodes }) => [id, nodes[0].html])));
});
