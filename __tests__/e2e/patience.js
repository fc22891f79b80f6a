/* global jest */
/** For what hangs: machines differ by a factor of ten. What has to be quick says so itself. */
"use strict";

jest.setTimeout(900_000);
