/**
 * Whatever a test run puts into the system's temporary folder (cdktf makes a folder for each app) goes into one of its
 * own, and with it at the end.
 */
"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

module.exports = () => {
  if (process.env.LAB_TEST_TEMPORARY) return;
  process.env.LAB_TEST_TEMPORARY = fs.mkdtempSync(path.join(os.tmpdir(), "lab-jest-"));
  process.env.TMPDIR = process.env.LAB_TEST_TEMPORARY;
};
