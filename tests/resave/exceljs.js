// Loads and saves workbooks with exceljs: node exceljs.js IN.xlsx OUT.xlsx [IN.xlsx OUT.xlsx ...]
const { Workbook } = require('exceljs');

(async () => {
  const names = process.argv.slice(2);
  for (let at = 0; at < names.length; at += 2) {
    const book = new Workbook();
    await book.xlsx.readFile(names[at]);
    await book.xlsx.writeFile(names[at + 1]);
  }
})().catch((problem) => { console.error(problem); process.exit(1); });
