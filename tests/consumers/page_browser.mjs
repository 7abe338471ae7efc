// Chromium opens report pages; standard input is a JSON list of tasks, standard output a JSON list of what was seen, one a task:
//   {do: NAME, page: FILE, width, scheme, script: false, ...}
//   node page_browser.mjs NODE_MODULES CHROMIUM
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.argv[2] + "/");
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const { PNG } = require("pngjs");
const pixelmatch = require("pixelmatch");

const rowsOf = (page, table) => page.$$eval(table + " tbody tr", rows => rows.filter(row => !row.hidden).map(row => [...row.cells].map(cell => cell.textContent)));

const tasks = {
  // Whatever a page could load or say.
  async open(page, task, seen) {
    return { requests: seen.requests, said: seen.said, width: await page.evaluate(() => document.documentElement.scrollWidth),
      text: await page.evaluate(() => document.body.innerText) };
  },
  // Milliseconds until something was seen.
  async paint(page) {
    await page.screenshot();
    return page.evaluate(() => performance.getEntriesByType("paint")[0]?.startTime ?? -1);
  },
  async axe(page) {
    await page.evaluate(axe + ";0");
    const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    return { checked: found.passes.length,
      violations: found.violations.map(one => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(" | ")}`) };
  },
  async filter(page, task) {
    await page.$eval("#filter", field => { field.closest("details").open = true; });
    await page.type("#filter", task.text);
    return { rows: await rowsOf(page, ".documents"), said: await page.$eval("output", output => output.textContent) };
  },
  // `column`: from 1. By mouse.
  async sort(page, task) {
    const seen = [];
    for (let clicks = 0; clicks < 2; ++clicks) {
      await page.click(`${task.table} thead th:nth-child(${task.column}) button`);
      seen.push({ rows: await rowsOf(page, task.table), sort: await page.$eval(`${task.table} thead th:nth-child(${task.column})`, head => head.ariaSort) });
    }
    return seen;
  },
  // Follows the links of a kind one by one, each from a page as it opens: what the target is, and whether it is seen.
  async follow(page, task) {
    const seen = [];
    const links = await page.$$eval(task.links, found => found.map(link => [link.getAttribute("href"), link.textContent]));
    for (const [href, text] of links.slice(0, task.most)) {
      await page.goto("about:blank");
      await page.goto(pathToFileURL(task.page).href + href);
      seen.push([href, text, await page.evaluate(() => {
        const target = document.querySelector(":target");
        const box = target?.getBoundingClientRect();
        return { text: target?.textContent ?? "", seen: Boolean(box && box.height > 0 && box.top < innerHeight && box.bottom > 0) };
      })]);
    }
    return seen;
  },
  // Tab from the top: each stop's name, and whether its focus is seen; what Enter and the blank do.
  async keys(page, task) {
    const stops = [];
    for (let at = 0; at < task.most; ++at) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const active = document.activeElement;
        const style = getComputedStyle(active);
        return active === document.body ? null : { tag: active.localName, text: active.textContent.trim(), outline: style.outlineStyle !== "none" };
      });
      if (!stop) break;
      stops.push(stop);
      if (stop.tag === "button" && !stops.sorted) {
        await page.keyboard.press("Enter");
        stops.sorted = await page.evaluate(() => document.activeElement.closest("th").ariaSort);
      }
      if (stop.tag === "summary" && task.unfold && stop.text.includes(task.unfold)) {
        await page.keyboard.press("Space");
        stops.unfolded = await page.evaluate(() => document.activeElement.parentElement.open);
      }
      if (stop.tag === "input") await page.keyboard.type("OCB");
    }
    return { stops, sorted: stops.sorted, unfolded: stops.unfolded, filter: await page.$eval("#filter", field => field.value) };
  },
  async pdf(page, task) {
    await page.pdf({ path: task.out, preferCSSPageSize: true });
    return {};
  },
  // A small picture of the page's head, and the share of its points that are others than in the stored one.
  async picture(page, task) {
    const taken = PNG.sync.read(Buffer.from(await page.screenshot({ clip: { x: 0, y: 0, width: task.width, height: task.height }, captureBeyondViewport: true })));
    writeFileSync(task.out, PNG.sync.write(taken));
    if (!task.stored) return { share: null };
    const stored = PNG.sync.read(readFileSync(task.stored));
    if (stored.width !== taken.width || stored.height !== taken.height) return { share: 1 };
    const points = pixelmatch(stored.data, taken.data, null, stored.width, stored.height, { threshold: 0.15 });
    return { share: points / (stored.width * stored.height) };
  },
  // A script that somebody adds to the page.
  async inject(page) {
    return page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'ran'";
      document.body.append(script);
      document.body.setAttribute("onclick", "document.title = 'ran'");
      document.body.click();
      return document.title;
    });
  },
};

const browser = await puppeteer.launch({ executablePath: process.argv[3], args: ["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text"] });
const answers = [];
for (const task of JSON.parse(readFileSync(0, "utf8"))) {
  const page = await browser.newPage();
  const seen = { requests: [], said: [] };
  page.on("request", request => seen.requests.push(request.url()));
  page.on("console", message => seen.said.push(message.text()));
  page.on("pageerror", error => seen.said.push(error.message));
  await page.setJavaScriptEnabled(task.script !== false);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: task.scheme ?? "light" }, { name: "prefers-reduced-motion", value: "reduce" }]);
  await page.setViewport({ width: task.width ?? 1400, height: 900, deviceScaleFactor: task.scale ?? 1 });
  await page.goto(pathToFileURL(task.page).href);
  answers.push(await tasks[task.do](page, task, seen));
  await page.close();
}
await browser.close();
console.log(JSON.stringify(answers));
