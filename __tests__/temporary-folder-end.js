/** See temporary-folder.js. */
"use strict";
const fs = require("node:fs");

module.exports = () => {
  fs.rmSync(process.env.LAB_TEST_TEMPORARY, { recursive: true, force: true });
};
