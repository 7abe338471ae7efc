// DuckDB writes the rows of ledger.csv from a table in memory with typed columns. Prints the median of the COPY's seconds.
//   node ledger_peer.mjs NODE_MODULES LEDGER_CSV OUTPUT THREADS ROUNDS
import { createRequire } from "node:module";
import { argv } from "node:process";

const [modules, ledger, output, threads, rounds] = argv.slice(2);
const { DuckDBInstance } = createRequire(modules + "/")("@duckdb/node-api");
const connection = await (await DuckDBInstance.create(":memory:", { threads })).connect();

const types = { version: "INTEGER", amount: "DECIMAL(18,2)", period_start: "DATE", period_end: "DATE", issued_at: "TIMESTAMP",
  updated_at: "TIMESTAMP", size_bytes: "BIGINT" };
const names = ["period", "contract_id", "contract_name", "offer_id", "offer_name", "customer_id", "customer_name", "document_id", "version",
  "document_type", "standing", "counted", "amount", "currency", "period_start", "period_end", "issued_at", "updated_at", "filename", "path",
  "size_bytes", "sha256", "media_type", "status", "findings", "raw_amount", "raw_currency", "raw_period",
  "invoice_number", "net_amount", "vat_amount", "gross_amount", "due_date", "credited_invoice", "order_reference", "values_from",
  "channel", "perimeter"];
const columns = names.map((name) => `'${name}': '${types[name] ?? "VARCHAR"}'`).join(", ");
await connection.run(`CREATE TABLE ledger AS SELECT * FROM read_csv('${ledger}', auto_detect = false, header = true, delim = ',', quote = '"',
  escape = '"', timestampformat = '%Y-%m-%dT%H:%M:%S.%gZ', columns = {${columns}})`);
const seconds = [];
for (let round = 0; round < Number(rounds); ++round) {
  const start = process.hrtime.bigint();
  await connection.run(`COPY ledger TO '${output}' (FORMAT csv, HEADER true)`);
  seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
}
seconds.sort((left, right) => left - right);
console.log(seconds[Math.floor(seconds.length / 2)].toFixed(3));
