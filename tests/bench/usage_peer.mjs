// DuckDB reads the same consumption report with declared types. Prints "seconds lines sum peak-MB".
//   node usage_peer.mjs NODE_MODULES FILE THREADS WHAT [OUTPUT]
// WHAT: "read": every column becomes a value of its type, and nothing is kept; "sum": the sum that the bill is compared with, alone;
// "copy": a CSV with commas and dots, as usage.csv.
import { createRequire } from "node:module";
import { argv, resourceUsage } from "node:process";

const [modules, file, threads, what, output] = argv.slice(2);
const { DuckDBInstance } = createRequire(modules + "/")("@duckdb/node-api");
const connection = await (await DuckDBInstance.create(":memory:", threads === "0" ? {} : { threads })).connect();

const columns = ["BillingMode", "BeginDate", "EndDate", "ServiceID", "TenantLabel", "Country", "Region", "ServiceCloud", "CodeLabel",
  "ChargeLabel", "IdResource", "Project", "Tags", "Quantity", "BillingUnit", "UnitPrice", "Amount", "VolumeDiscount", "DiscountedAmount",
  "Currency", "SubsChargeType", "SubsBeginDate", "SubsEndDate", "SubsUpfront", "SubsUpfrontDiscounted", "SubsFlavor", "SubsDuration"];
const decimals = { Quantity: 3, UnitPrice: 5, Amount: 2, VolumeDiscount: 2, DiscountedAmount: 2, SubsUpfront: 2, SubsUpfrontDiscounted: 2 };
const types = columns.map((name) => `'${name}': '${name in decimals ? `DECIMAL(18,${decimals[name]})` : "VARCHAR"}'`).join(", ");
const source = `read_csv('${file}', auto_detect = false, header = true, delim = ';', quote = '"', escape = '"', new_line = '\\r\\n',
  decimal_separator = ',', columns = {${types}})`;

const start = process.hrtime.bigint();
let lines = 0n;
let sum = "";
if (what === "copy") {
  await connection.run(`COPY (SELECT * FROM ${source}) TO '${output}' (FORMAT csv)`);
} else {
  // Looking at every column keeps the reader from leaving any of them out.
  const values = columns.map((name) => (name in decimals ? `sum(${name})` : `max(length(${name}))`)).join(", ");
  const asked = what === "sum" ? "count(*), sum(DiscountedAmount)" : `count(*), sum(DiscountedAmount), ${values}`;
  const rows = await (await connection.runAndReadAll(`SELECT ${asked} FROM ${source}`)).getRows();
  [lines, sum] = [rows[0][0], rows[0][1].toString()];
}
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(`${seconds.toFixed(3)} ${lines} ${sum} ${Math.round(resourceUsage().maxRSS / 1024)}`);
