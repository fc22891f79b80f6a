/** Unit tests run anywhere; e2e needs a real engine, and one file at a time (bin/test.js). */
const common = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/dist", "<rootDir>/.lab"],
  globalSetup: "<rootDir>/__tests__/temporary-folder.js",
  globalTeardown: "<rootDir>/__tests__/temporary-folder-end.js",
};

module.exports = {
  projects: [
    {
      ...common,
      displayName: "unit",
      globals: { CDKTF: "cdktf" },
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/__tests__/e2e/"],
    },
    {
      // The same snapshots with cdktf's living continuation in its place, for the bindings too (docs/decisions/0001).
      ...common,
      displayName: "cdktn",
      globals: { CDKTF: "cdktn" },
      testMatch: ["<rootDir>/__tests__/labs/*.test.ts"],
      moduleNameMapper: {
        "^cdktf$": "<rootDir>/node_modules/cdktn",
        "^cdktf/(.*)$": "<rootDir>/node_modules/cdktn/$1",
      },
    },
    {
      ...common,
      displayName: "e2e",
      testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"],
      setupFilesAfterEnv: ["<rootDir>/__tests__/e2e/patience.js"],
    },
  ],
};
