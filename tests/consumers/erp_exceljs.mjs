// exceljs opens workbooks: standard output is a JSON object {path: {sheet: [[address, kind, text], ...]}}. Kinds are exceljs' own: number, text,
// date, formula.
//   node erp_exceljs.mjs NODE_MODULES WORKBOOK...
import { createRequire } from "node:module";

const ExcelJS = createRequire(process.argv[2] + "/")("exceljs");
const kinds = { [ExcelJS.ValueType.Number]: "number", [ExcelJS.ValueType.String]: "text", [ExcelJS.ValueType.RichText]: "text",
  [ExcelJS.ValueType.Date]: "date", [ExcelJS.ValueType.Formula]: "formula", [ExcelJS.ValueType.Hyperlink]: "text" };
const books = {};
for (const path of process.argv.slice(3)) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(path);
  books[path] = {};
  for (const sheet of book.worksheets) {
    const cells = [];
    sheet.eachRow((row) => row.eachCell((cell) => {
      const value = cell.value instanceof Date ? cell.value.toISOString() : String(cell.value);
      cells.push([cell.address, kinds[cell.type] ?? String(cell.type), value]);
    }));
    books[path][sheet.name] = cells;
  }
}
console.log(JSON.stringify(books));
