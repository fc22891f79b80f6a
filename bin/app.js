/** The CDKTF app, as cdktf.json starts it: whatever is missing is brought first, as for the `lab` command. */
"use strict";
require("./lab.js");
