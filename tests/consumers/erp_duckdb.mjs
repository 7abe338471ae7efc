// DuckDB answers questions: standard input is a JSON list of SQL texts, standard output the list of their rows (all values as texts), or of
// {"error": "..."}.
//   node erp_duckdb.mjs NODE_MODULES
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { DuckDBInstance } = createRequire(process.argv[2] + "/")("@duckdb/node-api");
const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
const answers = [];
for (const question of JSON.parse(readFileSync(0, "utf-8"))) {
  try {
    const read = await connection.runAndReadAll(question);
    answers.push(read.getRows().map((row) => row.map((value) => (value === null ? null : value.toString()))));
  } catch (problem) {
    answers.push({ error: problem.message });
  }
}
console.log(JSON.stringify(answers));
