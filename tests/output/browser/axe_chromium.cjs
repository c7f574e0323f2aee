// Opens a page in Chromium at a phone's and a desk's width, light and dark, and prints as JSON what axe has against it,
// what the page asked of the network, what ran in it, and by how much it is wider than its window.
const { pathToFileURL } = require("url");
const [, , engines, chromium, file] = process.argv;
const puppeteer = require(`${engines}/puppeteer-core`);
const axe = require.resolve(`${engines}/axe-core/axe.min.js`);

async function look(browser, width, scheme) {
  const page = await browser.newPage();
  const asked = [];
  const ran = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("dialog", (dialog) => { ran.push(dialog.message()); dialog.dismiss(); });
  page.on("console", (message) => ran.push(message.text()));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(pathToFileURL(file).href);
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const styled = await page.evaluate(() => getComputedStyle(document.querySelector("h1")).fontSize);
  // By the protocol of its debugger, past the policy of the page, which lets no script in.
  const client = await page.createCDPSession();
  await client.send("Runtime.evaluate", { expression: require("fs").readFileSync(axe, "utf-8") });
  const found = await page.evaluate(() => axe.run());
  await page.close();
  const violations = found.violations.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]);
  return { width, scheme, violations, asked: asked.slice(1), ran, wider: Math.max(0, wider), styled };
}

(async () => {
  const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  const seen = [];
  for (const width of [390, 1280]) {
    for (const scheme of ["light", "dark"]) seen.push(await look(browser, width, scheme));
  }
  await browser.close();
  console.log(JSON.stringify(seen));
})();
